"""The request as a server process makes it."""

from typing import Any

from django.core.handlers.wsgi import WSGIRequest
from django.utils.http import parse_header_parameters

# A server puts Content-Type and Content-Length elsewhere. So these come from names with an
# underscore, such as Content_Length, and Django REST framework would take them for the real ones.
AMBIGUOUS = ("HTTP_CONTENT_TYPE", "HTTP_CONTENT_LENGTH")


class TolerantRequest(WSGIRequest):
    """A request with any Content-Type, also a malformed one.

    Django cannot make a request whose type has a parameter in an unknown encoding
    (`;charset*=nowhere''x`), and fails before anything of ours could answer. Without a type, its
    body is refused like that of any other type.
    """

    def __init__(self, environ: dict[str, Any]) -> None:
        for name in AMBIGUOUS:
            environ.pop(name, None)
        if content_type := environ.get("CONTENT_TYPE"):
            try:
                parse_header_parameters(content_type)
            except ValueError:
                environ["CONTENT_TYPE"] = ""
        super().__init__(environ)
