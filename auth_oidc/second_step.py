"""The page for a second step, after an issuer has confirmed a login to the admin."""

from __future__ import annotations

from datetime import UTC, datetime
from time import time
from typing import Any

from django.contrib.auth import get_user_model
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods
from rest_framework.exceptions import AuthenticationFailed, Throttled, ValidationError

from auth_core.admin_session import NOT_STAFF, log_in_to_admin
from auth_core.login_time import find_login_time, set_login_time
from auth_core.second_steps import list_login_fields
from auth_core.serializers import read_login_fields
from auth_oidc.kinds import NAME

# The name in Django's session, which only a user whom the issuer knows gets here.
KEPT = "oidc_second_step"
# Seconds to give the second step.
LIFE = 300


def can_be_given(refusal: AuthenticationFailed) -> bool:
    """Whether the refusal asks for an input that providers declare."""
    code = getattr(refusal.detail, "code", "")
    return bool(list_login_fields()) and code not in (NOT_STAFF, refusal.default_code)


def ask_second_step(
    request: HttpRequest, user: Any, goal: str, refusal: AuthenticationFailed
) -> HttpResponse:
    """Send the browser to the page. Its session has the user; no login is made yet."""
    text = str(refusal.detail)
    known = find_login_time(request)
    kept = {"user": str(user.pk), "next": goal, "text": text, "at": time()}
    request.session[KEPT] = kept | {"authenticated": known and known.timestamp()}
    return HttpResponseRedirect(reverse("oidc_second_step"))


@never_cache
@require_http_methods(["GET", "POST"])
@sensitive_post_parameters()
def show_second_step(request: HttpRequest) -> HttpResponse:
    """Show the form, and log in with right inputs. Wrong ones count like wrong passwords."""
    kept = request.session.get(KEPT) or {}
    user = _find_user(kept)
    if user is None:
        return _begin_again()
    text, status = kept["text"], 200
    if request.method == "POST":
        try:
            more = read_login_fields(request.POST)
            known = kept.get("authenticated")
            set_login_time(request, known and datetime.fromtimestamp(known, UTC))
            log_in_to_admin(request, user, by=NAME, credentials=more)
        except (AuthenticationFailed, Throttled, ValidationError) as refusal:
            text, status = _describe(refusal), 429 if isinstance(refusal, Throttled) else 200
        else:
            request.session.pop(KEPT, None)
            return HttpResponseRedirect(kept["next"])
    fields = [(name, field.help_text or name) for name, field in list_login_fields().items()]
    context = {"text": text, "fields": fields, "title": "Second step"}
    return render(request, "auth_oidc/second_step.html", context, status=status)


def _begin_again() -> HttpResponse:
    try:
        return HttpResponseRedirect(reverse("admin:login"))
    except NoReverseMatch:  # a project without the admin
        raise Http404 from None


def _find_user(kept: dict[str, Any]) -> Any:
    if not kept or time() - kept["at"] > LIFE:
        return None
    return get_user_model()._default_manager.filter(pk=kept["user"]).first()


def _describe(refusal: AuthenticationFailed | Throttled | ValidationError) -> str:
    if isinstance(refusal, ValidationError):
        return "These inputs are not valid."
    return str(refusal.detail)
