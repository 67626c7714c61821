"""Key files for tests, named as the key set expects them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from auth_jwt.keys import Key, generate_key, read_private_key

ALGORITHMS = ("EdDSA", "ES256", "RS256")


def write_key(directory: Path, state: str, algorithm: str = "EdDSA", *, age: float = 0) -> Key:
    """Write a new key that has been in its state for so many seconds, and return it."""
    pem = generate_key(algorithm)
    key = read_private_key(pem)
    path = directory / f"{state}-{key.kid}.pem"
    path.write_bytes(pem)
    moment = path.stat().st_mtime - age
    os.utime(path, (moment, moment))
    return key


def encode_pem(private: Any) -> bytes:
    pem: bytes = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return pem
