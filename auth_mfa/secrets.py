"""The secrets of authenticator apps: made, encrypted, and shown once."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from hashlib import sha256

import pyotp
import segno
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

from api_http.exceptions import Unavailable

# 160 bits, as RFC 4226 (section 4, R6) recommends.
SECRET_LENGTH = 32
_PURPOSE = b"auth_mfa.secret:"


def make_secret() -> str:
    """Return a new secret in base32."""
    return pyotp.random_base32(SECRET_LENGTH)


def encrypt(secret: str) -> str:
    """Return the secret as it is stored, under SECRET_KEY."""
    return _box().encrypt(secret.encode()).decode()


def decrypt(stored: str) -> str:
    """Return a secret from the database. Raises Unavailable if no key of ours opens it."""
    try:
        return _box().decrypt(stored.encode()).decode()
    except InvalidToken:
        # The codes of the user may be right, so that is no refusal.
        raise Unavailable from None


def describe(secret: str, username: str) -> dict[str, str]:
    """Return the secret, its `otpauth:` address, and that address as a picture (QR code).

    Apps read the address (https://github.com/google/google-authenticator/wiki/Key-Uri-Format). The
    picture is an SVG in a `data:` URL.
    """
    title = getattr(settings, "SPECTACULAR_SETTINGS", {}).get("TITLE", "API")
    uri = pyotp.TOTP(secret).provisioning_uri(name=username, issuer_name=title)
    return {"secret": secret, "uri": uri, "qr": segno.make(uri).svg_data_uri(scale=4)}


def _box() -> MultiFernet:
    # The first encrypts; all decrypt.
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return MultiFernet([Fernet(_derive(key)) for key in keys])


def _derive(key: str) -> bytes:
    return urlsafe_b64encode(sha256(_PURPOSE + key.encode()).digest())
