"""How much may be sent: bounds that hold while a request comes in, not after it is in memory."""

from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import FileUploadHandler, SkipFile

#: A file is kept up to this size. More of it is let through without being kept, so that the other
#: fields of its form can be read and shown again.
MOST_BYTES = 20 * 1024 * 1024
#: A request that announces more than this is not read at all.
MOST_SENT = 64 * 1024 * 1024
TOO_LARGE = "parley.too_large"


class BoundedUpload(FileUploadHandler):
    """Keeps out files that are too large, before any other handler has them.

    The name of the first one is then in the request's ``META``, under ``TOO_LARGE``.
    """

    def handle_raw_input(self, input_data, META, content_length, boundary, encoding=None):
        if content_length > MOST_SENT:
            raise RequestDataTooBig("The request is larger than any form takes.")

    def receive_data_chunk(self, raw_data, start):
        if start + len(raw_data) > MOST_BYTES:
            assert self.request is not None
            self.request.META.setdefault(TOO_LARGE, self.file_name)
            raise SkipFile
        return raw_data

    def file_complete(self, file_size):
        return None
