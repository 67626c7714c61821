"""The public keys of an issuer (RFC 7517), as objects that verify signatures."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm
from jwt.exceptions import PyJWTError

# NIST SP 800-131A allows no shorter RSA key.
SHORTEST_RSA = 2048
# No issuer publishes more; each costs memory.
MOST_KEYS = 50
_RSA = frozenset({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512"})
_CURVES = {
    ("EC", "P-256"): frozenset({"ES256"}),
    ("EC", "P-384"): frozenset({"ES384"}),
    ("EC", "P-521"): frozenset({"ES512"}),
    ("OKP", "Ed25519"): frozenset({"EdDSA"}),
}
# Each has a public key that cannot sign: with HS256 a public key would be the secret.
ALGORITHMS = _RSA.union(*_CURVES.values())
_READERS: dict[object, Any] = {"RSA": RSAAlgorithm, "EC": ECAlgorithm, "OKP": OKPAlgorithm}


@dataclass(frozen=True)
class Key:
    """A public key, its id, and the algorithms that it is for."""

    kid: str | None
    algorithms: frozenset[str]
    verifying: Any = field(repr=False)


def read_keys(documents: Iterable[Any]) -> Iterator[Key]:
    """Yield the keys that verify signatures. Keys of other kinds, and broken keys, are left out."""
    for number, document in enumerate(documents):
        if number < MOST_KEYS and isinstance(document, dict) and (key := _read_key(document)):
            yield key


def _read_key(document: dict[str, Any]) -> Key | None:
    reader, kid = _READERS.get(str(document.get("kty"))), document.get("kid")
    algorithms = _list_algorithms(document)
    # "d" is the private part, which no issuer publishes.
    if not reader or not algorithms or "d" in document or not isinstance(kid, str | None):
        return None
    try:
        verifying = reader.from_jwk(document)
    except (PyJWTError, UnsupportedAlgorithm, ValueError, TypeError, KeyError):
        return None
    if document["kty"] == "RSA" and verifying.key_size < SHORTEST_RSA:
        return None
    return Key(kid, algorithms, verifying)


def _list_algorithms(document: dict[str, Any]) -> frozenset[str]:
    if document.get("use", "sig") != "sig":
        return frozenset()
    kind = document.get("kty")
    usable = (
        _RSA if kind == "RSA" else _CURVES.get((str(kind), str(document.get("crv"))), frozenset())
    )
    named = document.get("alg")
    return usable if named is None else usable & {str(named)}
