"""The documents of an issuer: its addresses (OpenID Connect Discovery 1.0) and its keys."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from threading import Lock
from time import monotonic
from typing import Any

from auth_core import Unavailable
from auth_oidc.fetching import SECONDS, FetchError, fetch_document
from auth_oidc.issuers import Issuer, is_safe
from auth_oidc.keys import Key, read_keys

logger = logging.getLogger(__name__)

# Seconds. After this time the keys are read again, so that a withdrawn key is good no more.
FRESH = 900
# For so long the last known keys serve while the issuer is down.
STALE = 86_400
# An unknown key makes us ask again, at most once in this time: any caller can name unknown keys.
PAUSE = 30
# After a failure nothing is asked for this time.
RETRY = 5
# How long a request waits for another that reads the keys: two documents.
TURN = 2 * SECONDS + 1
_DISCOVERY = "/.well-known/openid-configuration"


@dataclass(frozen=True)
class Published:
    """The documents of an issuer, read at the time `at` of the process's clock."""

    document: Mapping[str, Any]
    keys: tuple[Key, ...]
    at: float

    def find_keys(self, kid: str | None, algorithm: str) -> list[Key]:
        """Return the keys of an algorithm with this id; all of them where a token names no id."""
        fitting = (key for key in self.keys if algorithm in key.algorithms)
        return [key for key in fitting if kid is None or key.kid == kid]


class Publisher:
    """Keeps the documents of an issuer, in one copy, and renews it; safe to use from threads."""

    def __init__(self, issuer: Issuer) -> None:
        self._issuer = issuer
        self._known: Published | None = None
        self._failed = False
        self._next = float("-inf")
        self._turn = Lock()

    def read(self) -> Published:
        """Return the known documents. Raises Unavailable without any while the issuer is down."""
        known = self._known
        age = monotonic() - known.at if known else STALE
        if known and age < FRESH:
            return known
        return self._renew(known, needed=age >= STALE)

    def find_keys(self, kid: str | None, algorithm: str) -> list[Key]:
        """Return the keys that may have signed a token; an unknown id makes us ask the issuer.

        Raises Unavailable where the issuer cannot be asked for an unknown id.
        """
        known = self.read()
        return known.find_keys(kid, algorithm) or self._renew(known, needed=True).find_keys(
            kid, algorithm
        )

    def _renew(self, known: Published | None, *, needed: bool) -> Published:
        """Ask the issuer, in one thread at a time and not too often.

        Others go on with the `known` documents, unless newer documents are `needed`.
        """
        if not self._turn.acquire(timeout=TURN if needed else 0):
            return self._go_on_with(known, needed=needed)
        try:
            if self._known is not known and self._known:
                return self._known
            if monotonic() < self._next:
                return self._go_on_with(known, needed=needed and self._failed)
            return self._ask()
        except FetchError as error:
            self._failed, self._next = True, monotonic() + RETRY
            logger.warning("The issuer %s cannot be asked: %s", self._issuer.issuer, error)
            return self._go_on_with(known, needed=needed)
        finally:
            self._turn.release()

    def _ask(self) -> Published:
        self._known = read_issuer(self._issuer)
        self._failed, self._next = False, monotonic() + PAUSE
        return self._known

    def _go_on_with(self, known: Published | None, *, needed: bool) -> Published:
        if known and not needed:
            return known
        refusal = Unavailable("The issuer of these credentials cannot be asked; try again.")
        refusal.wait = RETRY
        raise refusal


def read_issuer(issuer: Issuer) -> Published:
    """Fetch the documents of an issuer. Raises FetchError, also for documents of another issuer."""
    document = fetch_document(issuer.issuer.rstrip("/") + _DISCOVERY)
    if document.get("issuer") != issuer.issuer:
        raise FetchError(f"its metadata names the issuer {str(document.get('issuer'))[:255]!r}")
    for name in ("jwks_uri", "authorization_endpoint", "token_endpoint"):
        address = document.get(name)
        if address is not None and not (
            isinstance(address, str) and is_safe(address, issuer.issuer)
        ):
            raise FetchError(f"the address {name} of its metadata is not safe")
    if "jwks_uri" not in document:
        raise FetchError("its metadata has no jwks_uri")
    keys = fetch_document(document["jwks_uri"]).get("keys")
    if not isinstance(keys, list):
        raise FetchError("its key set has no keys")
    return Published(document, tuple(read_keys(keys)), monotonic())


@lru_cache(maxsize=64)
def find_publisher(issuer: Issuer) -> Publisher:
    return Publisher(issuer)
