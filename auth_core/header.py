"""The Authorization header, made safe and uniform before any provider reads it (RFC 9110, section
11).
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

FIELD = "HTTP_AUTHORIZATION"
PRINTABLE = re.compile(r"[\t\x20-\x7e]*")

# Credentials hold commas only between parameters, as in `Digest username="ada", realm="api"`.
WORD = r"[\w!#$%&'*+.^`|~-]+"
PARAMETER = rf'{WORD}[ \t]*=[ \t]*(?:{WORD}|"(?:[^"\\]|\\.)*")'
PARAMETERS = re.compile(rf"{WORD}[ \t]+{PARAMETER}(?:[ \t]*,[ \t]*{PARAMETER})*")


def normalise_authorization(request: Request, schemes: Iterable[str]) -> str | None:
    """Write the header's scheme as one of these is spelt, with one space after it, and return it.

    `None` for a header with another scheme, and without a header.

    Raises AuthenticationFailed for several headers in one request, and for characters that no
    credentials have.
    """
    header = request.META.get(FIELD, "").strip(" \t")
    if not PRINTABLE.fullmatch(header):
        raise AuthenticationFailed(
            "The Authorization header may only hold printable ASCII characters"
        )
    # Granian and wsgiref both join two headers of the same name with a comma.
    if "," in header and not PARAMETERS.fullmatch(header):
        raise AuthenticationFailed(
            "Only one Authorization header is accepted, with one kind of credentials"
        )
    scheme, *credentials = header.split(None, 1) or [""]
    for known in schemes:
        if known.lower() == scheme.lower():
            _rewrite(request, " ".join([known, *credentials]))
            return known
    return None


def _rewrite(request: Request, header: str) -> None:
    request.META[FIELD] = header
    # HttpRequest.headers is a cached copy of META. Drop it, so that it is built anew.
    vars(request._request).pop("headers", None)  # noqa: SLF001
