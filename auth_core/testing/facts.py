"""What a provider's author declares for the kit, and how the kit asks the service."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar
from uuid import uuid4

import pytest
from django.apps import AppConfig
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.cache import caches
from django.test import Client, override_settings
from django.urls import reverse

from auth_core.audit import recently_recorded
from auth_core.contract import AuthProvider
from auth_core.lockout.guard import counters, name_nobody
from auth_core.lockout.unlocking import forget_failures
from auth_core.registry import installed_providers, make_provider, providing_apps

Headers = Mapping[str, str]
QUERY = "{ userInfo { username } }"
NAME, PASSWORD = "conformance", "a password of the kit"
ADDRESS = "address:127.0.0.1"
CREDENTIALS = {"username": NAME, "password": PASSWORD}


@pytest.mark.django_db
class Facts(ABC):
    """The facts of a provider."""

    name: ClassVar[str]
    """The provider's name."""
    revocable: ClassVar[bool] = False
    """Whether a logout ends the credentials."""
    has_user: ClassVar[bool] = True
    """Whether the caller is the given user, not a caller without a row."""
    has_roles: ClassVar[bool] = True
    """Whether the caller has all roles of the user."""
    takes_passwords: ClassVar[bool] = False
    """Whether the credentials hold the password, so that a lock of logins is for them too."""
    open_mutations: ClassVar[frozenset[str]] = frozenset({"login"})
    """The mutations of GraphQL that need no credentials."""

    @abstractmethod
    def make_headers(self, user: Any) -> Headers:
        """Return the headers of a request with good credentials of this user."""

    def make_bad_headers(self) -> Headers:
        """Return the headers of a request with bad credentials."""
        return {"Authorization": f"{self.provider.scheme} bad"}

    def make_limited_headers(self, user: Any) -> Headers | None:
        """Return the headers of credentials that only read; `None` if you have no such credentials.

        The kit then limits good credentials.
        """
        return None

    @property
    def provider(self) -> AuthProvider:
        return next(each for each in installed_providers() if each.name == self.name)

    @property
    def app(self) -> AppConfig:
        """The app that declares the provider."""
        return next(app for app in providing_apps() if make_provider(app).name == self.name)

    def list_other_apps(self) -> list[str]:
        """Return the entries of INSTALLED_APPS without the provider's app."""
        label = self.app.label
        return [each for each in settings.INSTALLED_APPS if AppConfig.create(each).label != label]

    def put_first(self) -> override_settings:
        """Return a context in which the provider is the first, so that it answers a login."""
        others = self.list_other_apps()
        (own,) = (each for each in settings.INSTALLED_APPS if each not in others)
        return override_settings(INSTALLED_APPS=[own, *others])

    @pytest.fixture
    def caller(self, db: None) -> Any:
        recently_recorded.clear()
        # Other processes of the run may have the same Redis.
        caches["default"].key_prefix = uuid4().hex
        self.forget_failures()
        user = get_user_model()._default_manager.create(username=NAME)
        user.set_password(PASSWORD)
        user.save()
        return user

    def forget_failures(self) -> None:
        """Forget the failures of other tests, which Redis may know from an earlier run."""
        forget_failures(NAME)
        for name in (ADDRESS, name_nobody(ADDRESS)):
            counters().clear(name)

    @pytest.fixture
    def headers(self, caller: Any) -> Headers:
        return self.make_headers(caller)

    def ask(self, headers: Headers) -> Any:
        return Client().get(reverse("me"), headers=headers)

    def send(self, path: str, body: object, headers: Headers | None = None) -> Any:
        return Client().post(path, body, content_type="application/json", headers=headers or {})

    def log_out(self, headers: Headers) -> Any:
        return self.send(reverse("logout"), {}, headers)

    def ask_graphql(self, headers: Headers, query: str = QUERY, **variables: Any) -> Any:
        body = {"query": query, "variables": variables}
        return self.send(reverse("graphql"), body, headers).json()

    def read_document(self) -> Any:
        return Client().get(reverse("schema")).json()


def need(fact: object, reason: str) -> None:
    """Skip a test that is not about this provider."""
    if not fact:
        pytest.skip(reason)


def find_code(answer: Any) -> str:
    """Return the code of the only error in an answer of GraphQL."""
    (error,) = answer["errors"]
    return str(error["extensions"]["code"])
