"""The range protocol of "Have I Been Pwned": a service learns five digits of a password's SHA-1,
and answers with the rest of all digests that begin so.
"""

from __future__ import annotations

from functools import lru_cache
from hashlib import sha1
from time import monotonic
from urllib.request import Request

from django.views.decorators.debug import sensitive_variables

from api_http.outgoing import ask

SECONDS = 2.0
# An answer has about 1,000 lines of 40 bytes, padding included.
MOST_BYTES = 2**18
PREFIX = 5
# Seconds. A request validates a password more than once.
KEPT = 60


@sensitive_variables("password", "digest", "suffix")
def is_in_range(url: str, password: str) -> bool:
    """Whether the service knows the password. Raises what api_http.outgoing.ask() does."""
    digest = sha1(password.encode(errors="surrogatepass"), usedforsecurity=False).hexdigest()
    suffix = digest[PREFIX:].upper()
    answer = _fetch(url, digest[:PREFIX].upper(), int(monotonic() // KEPT))
    lines = (line.strip().upper().partition(":") for line in answer.decode("ascii").splitlines())
    # A count of 0 is padding.
    return any(rest == suffix and count.strip("0") for rest, _, count in lines)


@lru_cache(maxsize=8)
def _fetch(url: str, prefix: str, _span: int) -> bytes:
    headers = {"Add-Padding": "true", "User-Agent": "django-auth-service"}
    request = Request(f"{url.rstrip('/')}/{prefix}", headers=headers)  # noqa: S310 (a setting)
    status, body = ask(request, seconds=SECONDS, most_bytes=MOST_BYTES)
    if status != 200:
        raise OSError(f"the answer is {status}")
    return body
