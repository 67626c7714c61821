"""A login to Django's admin by a passkey alone."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import orjson
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import NoReverseMatch, reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST
from rest_framework.exceptions import AuthenticationFailed, Throttled, ValidationError
from rest_framework.request import Request

from auth_core import record
from auth_core.admin_session import NOT_STAFF, log_in_to_admin
from auth_core.models import EventName
from auth_core.serializers import read_secrets
from auth_mfa.passkey_proofs import PASSKEY, prove_passkey
from auth_mfa.serializers import PasskeyLoginSerializer


@never_cache
@require_POST
def log_in_by_passkey_to_admin(request: HttpRequest) -> HttpResponse:
    """Begin a session of the admin, and lead on to `next`; or back to the login with the reason.

    The form has a CSRF token, so no other site logs a visitor in as somebody else.
    """
    try:
        login, index = reverse("admin:login"), reverse("admin:index")
    except NoReverseMatch:  # a project without the admin
        raise Http404 from None
    goal = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(goal, None):
        goal = index
    try:
        with read_secrets(PasskeyLoginSerializer, {"credential": _read(request)}) as given:
            user, proof = prove_passkey(Request(request), given["credential"])
        log_in_to_admin(request, user, by=PASSKEY, credentials=proof)
    except (AuthenticationFailed, Throttled) as refusal:
        # All other refusals are recorded where they are made.
        if getattr(refusal.detail, "code", "") == NOT_STAFF:
            record(
                EventName.FAILURE, request=request, user=user, provider=PASSKEY, detail=NOT_STAFF
            )
        messages.error(request, str(refusal.detail))
    except ValidationError:
        messages.error(request, "This passkey cannot be read.")
    else:
        return HttpResponseRedirect(goal)
    return HttpResponseRedirect(f"{login}?{urlencode({'next': goal})}")


def _read(request: HttpRequest) -> Any:
    try:
        return orjson.loads(request.POST.get("credential", ""))
    except orjson.JSONDecodeError:
        return None
