"""The two pages of a login: the way to the issuer, and the way back."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET
from rest_framework.exceptions import AuthenticationFailed, Throttled

from auth_core.admin_session import log_in_to_admin
from auth_core.audit import record_once
from auth_core.lockout.guard import name_address
from auth_core.login_time import set_login_time
from auth_core.models import EventName
from auth_oidc import pending as pendings
from auth_oidc.claims import read_authentication_time, read_claimed_roles
from auth_oidc.finished import finish, is_used
from auth_oidc.flow import exchange_code, is_answer_of, make_address, read_refusal
from auth_oidc.identities import find_user
from auth_oidc.issuers import Issuer
from auth_oidc.kinds import NAME
from auth_oidc.pending import Pending
from auth_oidc.returning import BadGoalError, read_goal
from auth_oidc.roles import give_roles
from auth_oidc.second_step import ask_second_step, can_be_given
from auth_oidc.tokens import Claims, refuse

OVER = "This login is over, or another browser has begun it. Begin again."
_TEXTS = {
    "access_denied": "The login was cancelled.",
    "login_failed": "The login failed. Try again.",
    "not_staff": "This account may not use the admin.",
    "unknown_account": "No account here belongs to this login.",
}


@never_cache
@require_GET
def begin_login(request: HttpRequest, name: str) -> HttpResponse:
    """Send the browser to the issuer. `next`, `code_challenge` and `link` are its goal.

    `recent=true` has the issuer authenticate the user anew if that was minutes ago.
    """
    issuer = _find_client(name)
    try:
        goal, challenge, links = read_goal(request, issuer)
    except BadGoalError as fault:
        return _answer_text(str(fault))
    is_recent = request.GET.get("recent") == "true"
    max_age = settings.REAUTHENTICATION_TIMEOUT if is_recent else None
    pending = pendings.begin(name, next_url=goal, challenge=challenge, links=links)
    address = make_address(issuer, pending, _find_callback(request, name), max_age=max_age)
    response = HttpResponseRedirect(address)
    pendings.keep(response, pending)
    return response


@never_cache
@require_GET
def finish_login(request: HttpRequest, name: str) -> HttpResponse:
    """Take the code of the issuer, and lead on: into the admin, or to the page that has begun."""
    issuer = _find_client(name)
    pending = pendings.find(request, name, request.GET.get("state", ""))
    if pending is None or is_used(pending):
        return _answer_text(OVER)
    try:
        claims = _read_claims(request, issuer, pending)
        response = _lead_on(request, issuer, pending, claims)
    except (AuthenticationFailed, Throttled) as refusal:
        response = _lead_back(request, pending, refusal)
    pendings.forget(response)
    return response


def _read_claims(request: HttpRequest, issuer: Issuer, pending: Pending) -> Claims:
    error, code = request.GET.get("error"), request.GET.get("code")
    if error == "access_denied":
        raise AuthenticationFailed(_TEXTS[error], error)
    if error or not code or not is_answer_of(issuer, request.GET.get("iss")):
        raise refuse()
    return exchange_code(issuer, pending, code, _find_callback(request, issuer.name))


def _lead_on(
    request: HttpRequest, issuer: Issuer, pending: Pending, claims: Claims
) -> HttpResponse:
    user: Any = None
    if not pending.links:
        user = find_user(issuer, claims)
        give_roles(user, read_claimed_roles(issuer, claims))
    code = finish(pending, issuer.issuer, claims, user)
    if pending.challenge:
        return HttpResponseRedirect(f"{pending.next}#{urlencode({'code': code})}")
    set_login_time(request, read_authentication_time(claims))
    try:
        log_in_to_admin(request, user, by=NAME)
    except AuthenticationFailed as refusal:
        if can_be_given(refusal):
            return ask_second_step(request, user, pending.next, refusal)
        raise
    return HttpResponseRedirect(pending.next)


def _lead_back(
    request: HttpRequest, pending: Pending, refusal: AuthenticationFailed | Throttled
) -> HttpResponse:
    code = "locked" if isinstance(refusal, Throttled) else read_refusal(refusal)
    who = ("oidc", code, name_address(request))
    record_once(who, EventName.FAILURE, request=request, provider=NAME, detail=code)
    if pending.challenge:
        return HttpResponseRedirect(f"{pending.next}#{urlencode({'error': code})}")
    messages.error(request, _TEXTS.get(code, str(refusal.detail)))
    return HttpResponseRedirect(f"{reverse('admin:login')}?{urlencode({'next': pending.next})}")


def _find_client(name: str) -> Issuer:
    for issuer in settings.OIDC_ISSUERS:
        if issuer.name == name and issuer.client_id:
            return issuer
    raise Http404


def _find_callback(request: HttpRequest, name: str) -> str:
    """Return the address that is registered at the issuer."""
    path = reverse("oidc_callback", args=[name])
    public = settings.PUBLIC_URL.rstrip("/")
    return f"{public}{path}" if public else request.build_absolute_uri(path)


def _answer_text(text: str) -> HttpResponse:
    return HttpResponse(text, "text/plain; charset=utf-8", 400)
