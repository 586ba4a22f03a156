# Everything that one runs here; `make help` lists it.

PYTHON ?= python3
SITE ?= demo
PYTEST ?= --numprocesses=auto --dist=loadfile --no-loadscope-reorder
VENV := .venv
RUN := $(VENV)/bin/python
WITH_DATABASE := exec $(RUN) -m config.postgres run --die-with-parent
PIP_INSTALL := $(VENV)/bin/python -m pip --disable-pip-version-check install --quiet --require-hashes

.DEFAULT_GOAL := help
.PHONY: help demo serve test prove bench lint types manage shell lock clean

help: ## what there is
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1	\2/p' Makefile | expand -t 16

demo: $(VENV)/.installed ## run Parley with sample data on 127.0.0.1:8000 (or PORT=…)
	@$(RUN) -m config.serve --check
	@echo "Starting PostgreSQL"
	@$(WITH_DATABASE) -- $(RUN) -m config.serve --demo

serve: $(VENV)/.installed ## run Parley for real: data of its own, no sample (see docs/deployment.md)
	@$(RUN) -m config.serve --check
	@$(WITH_DATABASE) --name serve -- $(RUN) -m config.serve

test: lint types ## lint, types and every test
	@$(RUN) -m tests.browser.chromium
	@$(WITH_DATABASE) --name test --volatile -- $(RUN) -m pytest $(PYTEST)

prove: $(VENV)/.installed-dev ## some tests alone: make prove OF=tests/security/test_logs.py
	@$(WITH_DATABASE) --name test --volatile -- $(RUN) -m pytest --quiet $(OF)

bench: $(VENV)/.installed ## what the write gate costs, measured (see bench/README.md)
	@$(WITH_DATABASE) --name bench -- $(RUN) -m bench.gate

lint: $(VENV)/.installed-dev ## style, by ruff
	@$(RUN) -m ruff check .
	@$(RUN) -m ruff format --check .

types: $(VENV)/.installed-dev ## types, by mypy
	@SECRET_KEY=types DATABASE_URL=postgresql:///types $(RUN) -m mypy

manage: $(VENV)/.installed ## a management command: make manage DO="check", of `make serve` with SITE=serve
	@$(WITH_DATABASE) --name $(SITE) --join -- $(RUN) manage.py $(DO)

shell: $(VENV)/.installed ## Python with the models and the database, the demo's or SITE=serve's
	@$(WITH_DATABASE) --name $(SITE) --join -- $(RUN) manage.py shell

lock: ## lock the dependencies anew (needs uv)
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-strip-extras --no-emit-index-url \
		pyproject.toml -o requirements.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-strip-extras --no-emit-index-url \
		--extra dev -c requirements.txt pyproject.toml -o requirements-dev.txt

clean: ## remove the environment and the caches, not the data
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage htmlcov
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/.installed: requirements.txt | $(VENV)/bin/python
	@echo "Installing the dependencies"
	@$(PIP_INSTALL) -r $<
	@touch $@

$(VENV)/.installed-dev: requirements-dev.txt | $(VENV)/bin/python
	@echo "Installing the dependencies of the tests"
	@$(PIP_INSTALL) -r $<
	@touch $@

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Parley needs Python 3.11 or newer; PYTHON=… names another than $(PYTHON)." >&2; exit 1; }
	@echo "Making a virtual environment"
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); exit 1; }
