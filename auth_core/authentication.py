"""The authentication class in DRF's settings. It asks the installed providers at request time.

It makes the Authorization header safe and uniform before any provider reads it (RFC 9110, section
11).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import APIException, AuthenticationFailed
from rest_framework.request import Request

from api_http.limits.counting import count_anonymous
from auth_core.caller import find_authenticated
from auth_core.carriers import FIELD, is_addressed, list_own_fields, share_place
from auth_core.challenges import PRINTABLE, is_sent_by_script, join_challenges
from auth_core.contract import Authenticated, AuthProvider
from auth_core.credentials import note_credentials, note_success
from auth_core.failures import note_failure
from auth_core.faults import refuse_broken
from auth_core.registry import installed_providers
from runtime.tracing import traced

Accepted = tuple[AbstractBaseUser, object]
# Credentials hold commas only between parameters, as in `Digest username="ada", realm="api"`.
WORD = r"[\w!#$%&'*+.^`|~-]+"
# Some schemes do not quote what should be, as `Credential=key/20260101/eu` of AWS4-HMAC-SHA256.
VALUE = r'[^\s",=][^\s",]*'
PARAMETER = rf'{WORD}[ \t]*=[ \t]*(?:{VALUE}|"(?:[^"\\]|\\.)*")'
PARAMETERS = re.compile(rf"{WORD}[ \t]+{PARAMETER}(?:[ \t]*,[ \t]*{PARAMETER})*")


class ProviderAuthentication(BaseAuthentication):
    """Asks every provider in the order of INSTALLED_APPS; the first that knows the credentials
    decides.

    Providers of a scheme stand side by side in any order. So the refusal of a provider is final
    only if the others do not accept the credentials.
    """

    @traced("auth")
    def authenticate(self, request: Request) -> Accepted | None:
        """Return (user, proof), or `None` when no provider knows the credentials.

        Raises AuthenticationFailed for bad credentials, Unavailable if a provider cannot decide
        now, and Throttled if the address has asked too often without a known caller.
        """
        try:
            accepted = self._ask_providers(request)
        except AuthenticationFailed:
            count_anonymous(request)
            raise
        if accepted is None:
            count_anonymous(request)
        return accepted

    def _ask_providers(self, request: Request) -> Accepted | None:
        providers = list(installed_providers())
        schemes = [provider.scheme for provider in providers if provider.scheme]
        if own := [provider for provider in providers if not provider.scheme]:
            request._request.own_fields = list_own_fields(own)  # type: ignore[attr-defined]  # noqa: SLF001
        scheme = normalise_authorization(request, schemes)
        refusal: AuthenticationFailed | None = None
        refused_by: AuthProvider | None = None
        for provider in providers:
            # After a refusal the others who read the same place are asked, and nobody else.
            if refused_by and not share_place(provider, refused_by):
                continue
            try:
                if accepted := _ask(provider, request, scheme):
                    # Of Django's request, for the request log.
                    request._request.accepted_by = provider.name  # type: ignore[attr-defined]  # noqa: SLF001
                    if _is_audited_on_use(request, provider):
                        note_success(request, provider, accepted[0])
                    return accepted
            except AuthenticationFailed as error:
                if refusal is None:
                    # The frames of its traceback hold the credentials.
                    refusal, refused_by = error.with_traceback(None), provider
        if refusal is None and scheme is None:
            return None
        note_failure(request, refused_by, refusal)
        try:
            raise refusal or AuthenticationFailed
        finally:
            # The error leads to this frame. A circle would keep the credentials in memory.
            del refusal

    def authenticate_header(self, request: Request) -> str:
        """Return the challenges of the providers, for the WWW-Authenticate header of a 401."""
        return join_challenges(request, dialog=not is_sent_by_script(request))


def _ask(provider: AuthProvider, request: Request, scheme: str | None) -> Accepted | None:
    try:
        result = provider.authenticate(request)
        if not result:
            return None
        user, proof = result
        _require_active(user)
        if isinstance(result, Authenticated):
            user = note_credentials(request, result)
    except APIException:
        raise
    except Exception as error:
        refuse_broken(provider, error, is_addressed=is_addressed(provider, request, scheme))
        raise
    return user, proof


def _is_audited_on_use(request: Request, provider: AuthProvider) -> bool:
    """Whether no login was audited: the provider issues nothing, or it knows more than the user."""
    issues = type(provider).issue is not AuthProvider.issue
    return not issues or find_authenticated(request) is not None


def _require_active(user: Any) -> None:
    """Refuse a result without a user, which DRF allows: `(None, token)`, and `AnonymousUser`."""
    if not (getattr(user, "is_active", False) and getattr(user, "is_authenticated", False)):
        raise AuthenticationFailed


def normalise_authorization(request: Request, schemes: Iterable[str]) -> str | None:
    """Write the header's scheme as one of these is spelt, with one space after it, and return it.

    `None` for a header with another scheme, and without a header.

    Raises AuthenticationFailed for several headers in one request, and for characters that no
    credentials have.
    """
    header = request.META.get(FIELD, "").strip(" \t")
    if not PRINTABLE.fullmatch(header):
        raise AuthenticationFailed(
            "The Authorization header may only hold printable ASCII characters"
        )
    # Granian and wsgiref both join two headers of the same name with a comma.
    if "," in header and not PARAMETERS.fullmatch(header):
        raise AuthenticationFailed(
            "Only one Authorization header is accepted, with one kind of credentials"
        )
    scheme, *credentials = header.split(None, 1) or [""]
    for known in schemes:
        if known.lower() == scheme.lower():
            _rewrite(request, " ".join([known, *credentials]))
            return known
    return None


def _rewrite(request: Request, header: str) -> None:
    request.META[FIELD] = header
    # HttpRequest.headers is a cached copy of META. Drop it, so that it is built anew.
    vars(request._request).pop("headers", None)  # noqa: SLF001
