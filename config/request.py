"""The request as a server process makes it."""

from typing import Any

from django.core.handlers.wsgi import WSGIRequest
from django.utils.http import parse_header_parameters


class HardyRequest(WSGIRequest):
    """A request whatever its Content-Type holds.

    Django cannot make a request whose type has a parameter in an unknown encoding (`;charset*=nowhere''x`), and
    fails before anything of ours could answer. Without a type, its body is refused like that of any other type.
    """

    def __init__(self, environ: dict[str, Any]) -> None:
        try:
            parse_header_parameters(environ.get("CONTENT_TYPE", ""))
        except ValueError:
            environ["CONTENT_TYPE"] = ""
        super().__init__(environ)
