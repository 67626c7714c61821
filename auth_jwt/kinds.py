"""The two kinds of tokens: their explicit types (RFC 8725, section 3.11) and exactly the claims
that each holds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, eq=False)
class Kind:
    typ: str
    claims: Mapping[str, type]


_COMMON = {"iss": str, "aud": str, "sub": str, "jti": str, "iat": int, "exp": int, "sid": str}
# RFC 9068, section 2.1.
ACCESS = Kind("at+jwt", _COMMON)
REFRESH = Kind("rt+jwt", _COMMON | {"gen": int})
KINDS = (ACCESS, REFRESH)
# The scheme in the Authorization header.
SCHEME = "Bearer"
# The name of the provider in the audit.
NAME = "auth_jwt"
