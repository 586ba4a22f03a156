"""A site that sends mail, and a mail server that takes none."""

from collections.abc import Iterator
from contextlib import contextmanager
from socketserver import StreamRequestHandler, ThreadingTCPServer
from threading import Thread

import pytest


@pytest.fixture
def mailing(settings):
    settings.EMAIL_HOST, settings.DEFAULT_FROM_EMAIL = "mail.example.org", "parley@example.org"


class _Refusing(StreamRequestHandler):
    def handle(self):
        self.wfile.write(b"421 not now\r\n")


@contextmanager
def refused(settings) -> Iterator[None]:
    """Send what is sent within to a mail server that takes nothing."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    with ThreadingTCPServer(("127.0.0.1", 0), _Refusing) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        settings.EMAIL_HOST, settings.EMAIL_PORT = server.server_address
        try:
            yield
        finally:
            server.shutdown()
