"""The authorization code flow with PKCE (RFC 6749, RFC 7636, OpenID Connect Core 1.0)."""

from __future__ import annotations

from base64 import b64encode, urlsafe_b64encode
from datetime import timedelta
from hashlib import sha256
from threading import BoundedSemaphore
from time import time
from urllib.parse import quote_plus, urlencode

from django.utils.crypto import constant_time_compare
from django.views.decorators.debug import sensitive_variables
from rest_framework.exceptions import AuthenticationFailed

from api_http.exceptions import Busy
from auth_core import Unavailable
from auth_oidc.fetching import FetchError, post_form
from auth_oidc.issuers import Issuer
from auth_oidc.pending import Pending
from auth_oidc.published import find_publisher
from auth_oidc.tokens import Claims, refuse, verify_id_token

# Strangers can make us ask an issuer about codes. So few may wait for it in a process at a time.
_exchanges = BoundedSemaphore(4)


def make_address(
    issuer: Issuer, pending: Pending, redirect_uri: str, *, max_age: timedelta | None = None
) -> str:
    """Return where the browser shall log in. Raises Unavailable.

    With `max_age` the issuer authenticates anew whom it has not authenticated for so long, and
    tells the time (OpenID Connect Core 1.0, section 3.1.2.1).
    """
    endpoint = _find_endpoint(issuer, "authorization_endpoint")
    query = {
        "client_id": issuer.client_id,
        "redirect_uri": redirect_uri,
        "response_type": "code",
        "scope": issuer.scope,
        "state": pending.state,
        "nonce": pending.nonce,
        "code_challenge": make_challenge(pending.verifier),
        "code_challenge_method": "S256",
    }
    if max_age is not None:
        query["max_age"] = str(int(max_age.total_seconds()))
    return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(query)}"


def make_challenge(verifier: str) -> str:
    digest = sha256(verifier.encode()).digest()
    return urlsafe_b64encode(digest).decode().rstrip("=")


def is_answer_of(issuer: Issuer, named: str | None) -> bool:
    """Whether the answer names its issuer, if the issuer always does so (RFC 9207). An attacker may
    have mixed up two issuers.
    """
    document = find_publisher(issuer).read().document
    if named is None:
        return document.get("authorization_response_iss_parameter_supported") is not True
    return named == issuer.issuer


@sensitive_variables("code", "form")
def exchange_code(issuer: Issuer, pending: Pending, code: str, redirect_uri: str) -> Claims:
    """Return the claims of the ID token for a code.

    Raises AuthenticationFailed for a code or a token that is not good, and Unavailable.
    """
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": redirect_uri,
        "code_verifier": pending.verifier,
    }
    status, answer = _post(issuer, form)
    token = answer.get("id_token")
    if status != 200 or not isinstance(token, str):
        if status >= 500 or status == 429:
            raise Unavailable
        raise refuse()
    claims = verify_id_token(issuer, token, time())
    if not constant_time_compare(str(claims.get("nonce", "")), pending.nonce):
        raise refuse()
    return claims


@sensitive_variables("form", "headers")
def _post(issuer: Issuer, form: dict[str, str]) -> tuple[int, dict[str, object]]:
    endpoint = _find_endpoint(issuer, "token_endpoint")
    headers = _identify(issuer, form)
    if not _exchanges.acquire(blocking=False):
        raise Busy
    try:
        return post_form(endpoint, form, headers)
    except FetchError as error:
        raise Unavailable from error
    finally:
        _exchanges.release()


@sensitive_variables("form", "pair")
def _identify(issuer: Issuer, form: dict[str, str]) -> dict[str, str]:
    """Return headers with our id and secret, or add them to the form (RFC 6749, section 2.3.1)."""
    document = find_publisher(issuer).read().document
    methods = document.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
    if issuer.client_secret and "client_secret_basic" in methods:
        pair = f"{quote_plus(issuer.client_id)}:{quote_plus(issuer.client_secret)}"
        return {"Authorization": f"Basic {b64encode(pair.encode()).decode()}"}
    form["client_id"] = issuer.client_id
    if issuer.client_secret:
        form["client_secret"] = issuer.client_secret
    return {}


def _find_endpoint(issuer: Issuer, name: str) -> str:
    endpoint = find_publisher(issuer).read().document.get(name)
    if not isinstance(endpoint, str):
        raise Unavailable
    return endpoint


def read_refusal(error: AuthenticationFailed) -> str:
    """Return the code of a refusal, for the page that the login returns to."""
    code = str(getattr(error.detail, "code", ""))
    return "login_failed" if code in ("", AuthenticationFailed.default_code, "expired") else code
