"""The text of a key: `sk_<prefix>_<secret>`. The prefix finds its row, the digest proves it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from hashlib import sha256
from secrets import token_hex, token_urlsafe

# 6 and 32 random bytes.
KEY = re.compile(r"sk_([0-9a-f]{12})_[A-Za-z0-9_-]{43}")


@dataclass(frozen=True)
class Secret:
    """A new key. Only its `prefix` and `digest` are stored."""

    prefix: str
    digest: str
    text: str = field(repr=False)


def make_secret() -> Secret:
    """Return a new key of 256 random bits."""
    prefix = token_hex(6)
    text = f"sk_{prefix}_{token_urlsafe(32)}"
    return Secret(prefix, digest_key(text), text)


def digest_key(text: str) -> str:
    """Return the SHA-256 digest of a key, in 64 hexadecimal digits.

    A slow hash would protect a weak secret. This one is 256 random bits, which nobody guesses.
    """
    return sha256(text.encode()).hexdigest()


def read_prefix(text: str) -> str | None:
    """Return the prefix of a key; `None` for a text that cannot be a key."""
    found = KEY.fullmatch(text)
    return found[1] if found else None
