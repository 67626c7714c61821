"""The keys that the service signs with must be long and secret."""

from __future__ import annotations

from environs import ValidationError

DEVELOPMENT_KEY = "for-development-only-and-known-to-everyone-{}"
# RFC 7518 section 3.2: a key for HS256 is at least as long as its output.
SHORTEST_KEY = 32
# Parts of keys that stand in documentation and templates: Django's and ours, jwt.io's, and what
# calls to change it.
PUBLISHED = (
    "django-insecure-",
    "for-development-only",
    "your-256-bit-secret",
    "a-string-secret-at-least-256-bits-long",
    "changeme",
    "change-me",
    "change_me",
    "change-this",
    "replace-me",
    "insert-your",
    "your-secret",
    "your_secret",
    "yoursecret",
    "secret-key-here",
)

_HINT = (
    f"a random text of at least {SHORTEST_KEY} bytes, for example from "
    "`python -c 'import secrets; print(secrets.token_urlsafe(48))'`"
)


def read_key(text: str, *, debug: bool, rival: str = "") -> str:
    """Return the key; raises ValidationError for a short key.

    Outside development a published key and a key equal to `rival` are refused too.
    """
    if len(text.encode(errors="replace")) < SHORTEST_KEY:
        raise ValidationError(_HINT)
    if not debug and is_published(text):
        raise ValidationError(f"{_HINT}, and never a key from documentation or a template")
    if not debug and text == rival:
        raise ValidationError(f"{_HINT}, and not the same as SECRET_KEY")
    return text


def read_keys(text: str, *, debug: bool, rival: str = "") -> list[str]:
    """Return keys that were in use before, with commas between; ValidationError as for each of
    them.
    """
    return [
        read_key(key, debug=debug, rival=rival) for part in text.split(",") if (key := part.strip())
    ]


def read_private_keys(text: str, *, rival: str) -> str:
    """Return the text. Its reader is auth_jwt, where it is installed."""
    if rival:
        raise ValidationError(
            "private keys in PEM only where JWT_KEYS_DIR names no directory of keys"
        )
    return text


def is_published(key: str) -> bool:
    folded = key.casefold()
    # A key with few different characters is not random: 32 random ones of base64 have about 25.
    return any(part in folded for part in PUBLISHED) or len(set(key)) < 8


def make_development_key(name: str) -> str:
    return DEVELOPMENT_KEY.format(name.lower().replace("_", "-"))
