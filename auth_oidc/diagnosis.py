"""The issuers as an operator sees them: whether each can be asked. No secret is shown."""

from __future__ import annotations

from collections.abc import Iterator

from django.conf import settings

from api_http.diagnosis import Finding
from auth_oidc.fetching import FetchError
from auth_oidc.issuers import Issuer
from auth_oidc.published import read_issuer


def diagnose_issuers() -> Iterator[Finding]:
    """Yield a finding for each issuer, which is asked now."""
    return map(_diagnose, settings.OIDC_ISSUERS)


def _diagnose(issuer: Issuer) -> Finding:
    name = f"issuer {issuer.name}"
    try:
        keys = read_issuer(issuer).keys
    except FetchError as fault:
        remedy = "Compare OIDC_ISSUERS with the issuer's own page, and let this host reach it."
        return Finding(name, ok=False, detail=str(fault), remedy=remedy)
    return Finding(name, bool(keys), f"{issuer.issuer}, keys: {len(keys)}", "Let it publish keys.")
