"""Compressing answers, but for those whose ETag names their very bytes."""

from django.middleware.gzip import GZipMiddleware


class Compressing(GZipMiddleware):
    """As Django does it; what has a strong ETag stays as it is.

    Django would make the ETag a weak one, and a weak one fits no ``If-Match``.
    """

    def process_response(self, request, response):
        if response.get("ETag", "").startswith('"'):
            return response
        return super().process_response(request, response)
