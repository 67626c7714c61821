"""An authenticator in software: it makes passkeys, and answers challenges as browsers send answers."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url

# Flags of WebAuthn, section 6.1.
PRESENT, VERIFIED, ATTESTED = 1, 4, 64


@dataclass
class Authenticator:
    """Holds one key pair. `count` is its counter, `flags` what it says of the person."""

    origin: str
    count: int = 0
    flags: int = PRESENT | VERIFIED
    handle: str = ""
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    credential_id: bytes = field(default_factory=lambda: secrets.token_bytes(16))

    def create(self, options: dict[str, Any]) -> dict[str, Any]:
        """Answer `navigator.credentials.create()`."""
        self.handle = options["user"]["id"]
        rp_id: str = options["rp"]["id"]
        numbers = self.key.public_key().public_numbers()
        x, y = (number.to_bytes(32) for number in (numbers.x, numbers.y))
        public = cbor2.dumps({1: 2, 3: -7, -1: 1, -2: x, -3: y})
        length = len(self.credential_id).to_bytes(2)
        data = self._describe(rp_id, ATTESTED) + bytes(16) + length + self.credential_id + public
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        facts = {"attestationObject": bytes_to_base64url(attestation)}
        return self._answer(facts, self._client_data("webauthn.create", options))

    def get(self, options: dict[str, Any]) -> dict[str, Any]:
        """Answer `navigator.credentials.get()`."""
        client_data = self._client_data("webauthn.get", options)
        data = self._describe(options["rpId"])
        signed = self.key.sign(data + sha256(client_data).digest(), ec.ECDSA(SHA256()))
        facts = {
            "authenticatorData": bytes_to_base64url(data),
            "signature": bytes_to_base64url(signed),
            "userHandle": self.handle,
        }
        return self._answer(facts, client_data)

    def _describe(self, rp_id: str, more: int = 0) -> bytes:
        return sha256(rp_id.encode()).digest() + bytes([self.flags | more]) + self.count.to_bytes(4)

    def _client_data(self, kind: str, options: dict[str, Any]) -> bytes:
        facts = {"type": kind, "challenge": options["challenge"], "origin": self.origin}
        return json.dumps(facts).encode()

    def _answer(self, facts: dict[str, str], client_data: bytes) -> dict[str, Any]:
        key = bytes_to_base64url(self.credential_id)
        response = {"clientDataJSON": bytes_to_base64url(client_data), **facts}
        return {"id": key, "rawId": key, "type": "public-key", "response": response}


def forge(answer: dict[str, Any], name: str, position: int = -1) -> dict[str, Any]:
    """Return the answer with a bit of one of its parts turned."""
    part = bytearray(base64url_to_bytes(answer["response"][name]))
    part[position] ^= 1
    return {**answer, "response": {**answer["response"], name: bytes_to_base64url(bytes(part))}}
