"""Proofs that plugins take in place of the password, to renew the caller's session."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rest_framework.exceptions import AuthenticationFailed, ErrorDetail, ValidationError
from rest_framework.request import Request

from auth_core.audit import record_once
from auth_core.login import admit_user
from auth_core.models import EventName
from auth_core.registry import installed_providers
from auth_core.second_steps import list_login_fields

OTHER_ACCOUNT = "other_account"


def prove_caller(request: Request, given: Mapping[str, Any]) -> Any:
    """Return the caller, whom the inputs of a plugin prove. Second steps are asked for as at a
    login.

    Raises ValidationError unless a single plugin finds inputs of its own, AuthenticationFailed
    for a bad proof and for that of another account, and what admit_user() does.
    """
    providers = list(installed_providers())
    provers = [each for each in providers if not given.keys().isdisjoint(each.proof_fields)]
    if len(provers) != 1:
        fault = "Send the password, or a single other proof."
        raise ValidationError({"currentPassword": [ErrorDetail(fault, "required")]})
    (prover,) = provers
    steps = {name: given[name] for name in list_login_fields() if name in given}
    with prover.prove_caller(request, given) as (user, proof):
        if user.pk != request.user.pk:
            raise _refuse_other(request, prover.name)
        admit_user(
            request, user, by=prover.name, credentials={**steps, **proof}, providers=providers
        )
    return user


def _refuse_other(request: Request, name: str) -> AuthenticationFailed:
    user = request.user
    seen = (OTHER_ACCOUNT, name, str(user.pk))
    record_once(
        seen, EventName.FAILURE, request=request, user=user, provider=name, detail=OTHER_ACCOUNT
    )
    return AuthenticationFailed("This proves another account.", OTHER_ACCOUNT)
