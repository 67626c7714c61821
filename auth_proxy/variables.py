"""The forms of this plugin's environment variables."""

from __future__ import annotations

import re

from environs import ValidationError

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,60}", re.ASCII)
# It stands in a header before a space, and a server joins two headers by a comma.
_SECRET = re.compile(r"[A-Za-z0-9._~+/=-]{32,200}", re.ASCII)
_FEWEST_CHARACTERS = 8


def read_header_name(text: str) -> str:
    name = text.strip()
    if not _NAME.fullmatch(name):
        raise ValidationError("the name of a header, such as X-Forwarded-User, without underscores")
    return name


def read_secret(text: str) -> str:
    secret = text.strip()
    if not _SECRET.fullmatch(secret) or len(set(secret)) < _FEWEST_CHARACTERS:
        raise ValidationError(
            "32 to 200 random characters of A-Z, a-z, 0-9 and ._~+/=-, as `openssl rand -hex 32` "
            "prints"
        )
    return secret
