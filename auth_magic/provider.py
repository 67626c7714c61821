"""A mail's link or code as a proof of the caller, to renew a session."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, ClassVar

from rest_framework.request import Request

from auth_core import SecondStep
from auth_magic.logins import NAME, use_token
from auth_magic.serializers import MagicProofSerializer

# The input of POST /api/me/reauthenticate.
PROOF = "magic"


class MagicProof(SecondStep):
    """Asks for nothing at a login by a password."""

    name = NAME
    proof_fields: ClassVar = {PROOF: MagicProofSerializer(required=False, write_only=True)}

    @contextmanager
    def prove_caller(
        self, request: Request, given: Mapping[str, Any]
    ) -> Iterator[tuple[Any, Mapping[str, Any]]]:
        """Yield the user whom the mail went to. A second step is asked for, as at a login."""
        with use_token(request, given[PROOF]["token"], given[PROOF]["client"]) as user:
            yield user, {}
