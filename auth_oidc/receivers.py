"""The end of identities when the owner of an account takes it back."""

from __future__ import annotations

from typing import Any

from auth_core import record
from auth_core.logout import account_recovered
from auth_oidc.kinds import NAME, UNLINK
from auth_oidc.models import FinishedLogin, Identity


def connect_receivers() -> None:
    account_recovered.connect(unlink_recovered, dispatch_uid="auth_oidc")


def unlink_recovered(user: Any, request: Any, **_: object) -> None:
    """Unlink them all: an intruder with a session may have linked some. The owner links anew; a
    verified address at a trusted issuer does so by itself.
    """
    FinishedLogin.objects.filter(user=user).update(code_digest=None)
    for identity in Identity.objects.filter(user=user):
        identity.delete()
        detail = f"recovery, {identity}"
        record(UNLINK, request=request, user=user, provider=NAME, detail=detail)
