"""The challenges of a 401: which of them, and in which order (RFC 9110, section 11.6.1)."""

from __future__ import annotations

import re

from rest_framework.request import Request

from api_http.limits.counting import count_anonymous
from auth_core.contract import AuthProvider, SecondStep
from auth_core.registry import installed_providers

# The characters of a header.
PRINTABLE = re.compile(r"[\t\x20-\x7e]*")


class TakesCredentials:
    """A view that takes credentials in the body: those of the header do not matter, and a 401 opens
    no dialog.
    """

    def perform_authentication(self, request: Request) -> None:
        """Ask for no caller: a stale Authorization header is the usual thing here."""
        count_anonymous(request)

    def get_authenticate_header(self, request: Request) -> str:
        return join_challenges(request, dialog=False)


def join_challenges(request: Request, *, dialog: bool) -> str:
    """Return the challenge of each scheme, in the order of INSTALLED_APPS.

    If no provider has one, their schemes stand for them. A browser asks for a name and a password
    in a dialog of its own when Basic is the first challenge. So Basic comes last, and without
    `dialog` it is left out.
    """
    view = (request.parser_context or {}).get("view")
    providers = sorted(list_providers_of(view), key=_opens_dialog)
    if not dialog:
        providers = [provider for provider in providers if not _opens_dialog(provider)]
    refused_by = getattr(request, "refused_by", None)
    challenges: dict[str, str] = {}
    for provider in providers:
        challenge = read_challenge(provider, request)
        scheme = challenge.partition(" ")[0].lower()
        if scheme and (scheme not in challenges or provider.name == refused_by):
            challenges[scheme] = challenge
    if max_age := getattr(request, "needed_max_age", None):
        challenges = {
            scheme: _ask_again(challenge, max_age) if scheme == "bearer" else challenge
            for scheme, challenge in challenges.items()
        }
    plain = (f'{provider.scheme or provider.name} realm="api"' for provider in providers)
    return ", ".join(challenges.values()) or ", ".join(dict.fromkeys(plain))


def _ask_again(challenge: str, max_age: int) -> str:
    """Return the challenge of RFC 9470, section 3, for a token of an older authentication."""
    text = "A more recent authentication is required"
    error = f'error="insufficient_user_authentication", error_description="{text}"'
    return f'{challenge}, {error}, max_age="{max_age}"'


def list_providers_of(view: object) -> list[AuthProvider]:
    """Return the installed providers whose credentials a view takes, which may name them."""
    named = getattr(view, "providers", None)
    taken = (each for each in installed_providers() if not isinstance(each, SecondStep))
    return [each for each in taken if named is None or each.name in named]


def read_challenge(provider: AuthProvider, request: Request) -> str:
    """Return the provider's challenge; "" if it has no challenge or a malformed header."""
    challenge: object = provider.challenge_for(request)
    if not isinstance(challenge, str) or not PRINTABLE.fullmatch(challenge):
        return ""
    return challenge.strip()


def is_sent_by_script(request: Request) -> bool:
    """Whether a script marks the request as its own, because it asks for credentials itself."""
    sent_by: str = request.META.get("HTTP_X_REQUESTED_WITH", "")
    return sent_by.lower() == "xmlhttprequest"


def _opens_dialog(provider: AuthProvider) -> bool:
    return (provider.scheme or "").lower() == "basic"
