"""The credentials of HTTP Basic (RFC 7617): base64 of `user-id:password` in UTF-8."""

from __future__ import annotations

import re
from base64 import b64decode, b64encode

CONTROL_CHARACTERS = re.compile(r"[\x00-\x1f\x7f]")


def encode_credentials(username: str, password: str) -> str:
    """Return the credentials after "Basic " in the header.

    Raises ValueError for a name or password that the scheme cannot carry.
    """
    if ":" in username:
        raise ValueError(
            "A user name with a colon cannot be used with Basic: the password begins at the first "
            "colon."
        )
    if CONTROL_CHARACTERS.search(username + password):
        raise ValueError(
            "A user name or password with control characters cannot be used with Basic."
        )
    return b64encode(f"{username}:{password}".encode()).decode()


def decode_credentials(credentials: bytes) -> tuple[str, str]:
    """Return (username, password).

    Raises ValueError for bad base64, bad UTF-8, no colon and control characters.
    """
    text = b64decode(credentials, validate=True).decode()
    username, colon, password = text.partition(":")
    if not colon or CONTROL_CHARACTERS.search(text):
        raise ValueError("These are not Basic credentials.")
    return username, password
