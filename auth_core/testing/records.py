"""What is recorded of a provider's callers: successes, failures, and the lock that these cause."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.test import override_settings
from django.urls import reverse

from auth_core.contract import AuthProvider
from auth_core.models import AuthEvent, EventName
from auth_core.registry import installed_providers
from auth_core.testing.facts import CREDENTIALS, Facts, Headers, need


class Records(Facts):
    """Audit and lockout, for which a provider does nothing."""

    def test_a_refusal_is_audited(self, caller: Any) -> None:
        self.ask(self.make_bad_headers())
        event = AuthEvent.objects.filter(event=EventName.FAILURE).get()
        # Of providers that share a scheme, the first that refuses is named.
        alike = [each.name for each in installed_providers() if each.scheme == self.provider.scheme]
        assert event.provider in (*alike, "")

    def test_a_success_is_audited_once(self, caller: Any, headers: Headers) -> None:
        need(type(self.provider).issue is AuthProvider.issue, "its logins are audited")
        name = self.ask(headers).json()["username"]
        assert self.ask(headers).status_code == 200
        event = AuthEvent.objects.filter(event=EventName.LOGIN, provider=self.name).get()
        assert event.username == name
        assert not self.has_user or event.user_id == caller.pk

    def test_refusals_lock_logins_from_the_address(self, caller: Any, headers: Headers) -> None:
        need(self.provider.counts_failures, "nobody guesses its credentials")
        # The first failure locks for a minute then.
        with override_settings(LOCKOUT_ADDRESS_TRIES=-5):
            (name, value), *_ = self.make_bad_headers().items()
            # The same credentials count once.
            assert self.ask({name: f"{value}{uuid4().hex}"}).status_code == 401
            assert self.send(reverse("login"), CREDENTIALS).status_code == 429
            # Good credentials still open.
            assert self.takes_passwords or self.ask(headers).status_code == 200
        self.forget_failures()
        assert AuthEvent.objects.filter(event=EventName.LOCK).exists()
