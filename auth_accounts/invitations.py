"""The use case of inviting a person, which the API, the admin and a command share."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from rest_framework.exceptions import ErrorDetail, PermissionDenied, ValidationError
from rest_framework.request import Request

from auth_accounts.jobs import send
from auth_accounts.models import Purpose
from auth_accounts.origin import Origin, note_origin
from auth_accounts.tokens import LIVES, issue_token
from auth_core.audit import record
from auth_core.caller import require_permitted, roles_of
from auth_core.mail.messages import build_link
from auth_core.mail.outbox import outbox
from auth_core.policy.loading import current_policy
from auth_core.policy.rule import Reach
from auth_core.policy.served import name_entity

PAGE = "/account/invitation"


def require_inviter(request: Request) -> None:
    """Refuse callers whom permissions.toml lets not create users with roles: PermissionDenied."""
    entity = name_entity(get_user_model())
    require_permitted(request, "create", entity)
    decision = current_policy().decide(roles_of(request), entity, "create")
    if decision.reach is not Reach.ALL_ROWS or "roles" in decision.withheld:
        raise PermissionDenied("Only those who may create users with roles invite.")


def invite(request: Request | HttpRequest, email: str, role: str = "") -> dict[str, object]:
    """Mail an invitation, soon; return its facts. Raises ValidationError for an unknown role."""
    origin = note_origin(request)
    return _invite(origin, email, read_role(role), partial(_put, origin))


def invite_now(email: str, role: str = "") -> dict[str, object]:
    """Mail an invitation in this moment, as a command does. Raises what the mail backend raises."""
    origin = Origin(HttpRequest(), settings.LANGUAGE_CODE)
    return _invite(origin, email, read_role(role), partial(send, origin))


def read_role(role: str) -> str:
    found = role or settings.SIGN_UP_ROLE
    if found not in settings.ROLES:
        fault = ErrorDetail(f"The roles are {', '.join(settings.ROLES)}.", "does_not_exist")
        raise ValidationError({"role": [fault]})
    return str(found)


def _invite(origin: Origin, email: str, role: str, mail: Any) -> dict[str, object]:
    ends: datetime = timezone.now() + LIVES[Purpose.INVITATION]
    with transaction.atomic():
        token = issue_token(Purpose.INVITATION, email, role=role)
        record("invitation", request=origin.request, detail=f"{email} as {role}")
    mail(email, "invitation", link=build_link(PAGE, invitation=token, email=email))
    return {"email": email, "role": role, "expiresAt": ends}


def _put(origin: Origin, to: str, template: str, **facts: Any) -> None:
    outbox.put(partial(send, origin, to, template, **facts))
