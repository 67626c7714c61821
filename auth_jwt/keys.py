"""Keys, each for a single algorithm (RFC 8725, section 3.1)."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import jwt
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key as generate_rsa_key
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

# RFC 7518, section 3.3.
SMALLEST_RSA = 2048
GENERATORS: Mapping[str, Callable[[], Any]] = {
    "EdDSA": Ed25519PrivateKey.generate,
    "ES256": lambda: generate_private_key(SECP256R1()),
    "RS256": lambda: generate_rsa_key(65537, 3072),
}
# The members of a public key in its thumbprint (RFC 7638). A verifier needs no more.
MEMBERS = {"OKP": ("crv", "kty", "x"), "EC": ("crv", "kty", "x", "y"), "RSA": ("e", "kty", "n")}
Jwk = Mapping[str, str]


class BadKeyError(Exception):
    """A key, or the place of the keys, cannot be used; the text has the reason and never shows a
    key.
    """


@dataclass(frozen=True)
class Key:
    """The parts that sign and verify. A secret has the same for both, and no public part or kid."""

    algorithm: str
    signing: Any = field(repr=False)
    verifying: Any = field(repr=False)
    jwk: Jwk | None = None

    @property
    def kid(self) -> str | None:
        return self.jwk["kid"] if self.jwk else None

    def sign(self, typ: str, claims: Mapping[str, Any]) -> str:
        """Return a JWT of the explicit type `typ` (RFC 8725, section 3.11)."""
        header = {"typ": typ} | ({"kid": self.kid} if self.kid else {})
        return jwt.encode(dict(claims), self.signing, self.algorithm, headers=header)


def make_secret_key(secret: str) -> Key:
    return Key("HS256", secret, secret)


def generate_key(algorithm: str) -> bytes:
    """Return a new private key as PEM (PKCS #8)."""
    pem: bytes = GENERATORS[algorithm]().private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )
    return pem


def read_private_key(pem: bytes) -> Key:
    """Return the key of a PEM text; raises BadKeyError.

    An encrypted key, a weak key and a key for an unknown algorithm are refused.
    """
    try:
        private = load_pem_private_key(pem, password=None)
    except TypeError:
        raise BadKeyError("it is encrypted; write it without a passphrase") from None
    except (ValueError, UnsupportedAlgorithm):
        raise BadKeyError("it is no private key in PEM") from None
    algorithm = _choose_algorithm(private)
    public = private.public_key()
    return Key(algorithm, private, public, _describe_public_key(algorithm, public))


def _choose_algorithm(private: object) -> str:
    match private:
        case Ed25519PrivateKey():
            return "EdDSA"
        case EllipticCurvePrivateKey(curve=SECP256R1()):
            return "ES256"
        case RSAPrivateKey() if private.key_size >= SMALLEST_RSA:
            return "RS256"
    raise BadKeyError(
        f"it must be Ed25519 (EdDSA), P-256 (ES256), or RSA of at least {SMALLEST_RSA} bits (RS256)"
    )


def _describe_public_key(algorithm: str, public: Any) -> Jwk:
    jwk = jwt.get_algorithm_by_name(algorithm).to_jwk(public, as_dict=True)
    members = {name: jwk[name] for name in MEMBERS[jwk["kty"]]}
    return members | {"kid": make_thumbprint(members), "alg": algorithm, "use": "sig"}


def make_thumbprint(members: Jwk) -> str:
    """Return the thumbprint of RFC 7638 of a public key's required members, for its kid."""
    canonical = json.dumps(members, separators=(",", ":"), sort_keys=True).encode()
    return urlsafe_b64encode(sha256(canonical).digest()).rstrip(b"=").decode()
