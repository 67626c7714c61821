"""The conformance kit of second steps: nothing that takes a password passes by them."""

from __future__ import annotations

from abc import abstractmethod
from base64 import b64encode
from collections.abc import Mapping
from typing import Any, ClassVar

import pytest
from django.urls import reverse

from auth_core.models import AuthEvent, EventName
from auth_core.registry import installed_providers
from auth_core.testing.facts import CREDENTIALS, NAME, PASSWORD, Facts, Headers, find_code, need

LOGIN = "mutation ($given: Credentials!) { login(credentials: $given) { username } }"


class SecondStepKit(Facts):
    """Derive it, set `name`, and write enrol() and make_inputs()."""

    code: ClassVar[str] = "second_factor_required"
    """The code of the 401 for a right password without the second step."""

    @abstractmethod
    def enrol(self, user: Any) -> None:
        """Let the step be asked of this user."""

    @abstractmethod
    def make_inputs(self, user: Any) -> Mapping[str, Any]:
        """Return good inputs of a login besides the username and the password, good once."""

    @abstractmethod
    def make_bad_inputs(self) -> Mapping[str, Any]:
        """Return inputs that are never good."""

    def make_headers(self, user: Any) -> Headers:
        """Return no headers: the step takes no credentials in requests."""
        return {}

    @pytest.fixture
    def enrolled(self, caller: Any) -> Any:
        self.enrol(caller)
        return caller

    def log_in(self, inputs: Mapping[str, Any]) -> Any:
        return self.send(reverse("login"), {**CREDENTIALS, **inputs})

    def test_a_user_without_it_logs_in_as_ever(self, caller: Any) -> None:
        assert self.log_in({}).status_code == 201

    def test_a_right_password_alone_is_a_401_with_a_code(self, enrolled: Any) -> None:
        answer = self.log_in({})
        assert (answer.status_code, answer.json()["code"]) == (401, self.code)
        event = AuthEvent.objects.filter(event=EventName.FAILURE).get()
        assert (event.detail, event.user_id) == (self.code, enrolled.pk)

    def test_a_wrong_password_tells_nothing_of_it(self, enrolled: Any) -> None:
        answer = self.send(reverse("login"), {"username": NAME, "password": "wrong"})
        assert (answer.status_code, "code" in answer.json()) == (401, False)

    def test_good_inputs_log_in(self, enrolled: Any) -> None:
        answer = self.log_in(self.make_inputs(enrolled))
        assert (answer.status_code, answer.json()["username"]) == (201, NAME)

    def test_bad_inputs_are_refused(self, enrolled: Any) -> None:
        answer = self.log_in(self.make_bad_inputs())
        assert answer.status_code == 401, answer.content
        assert AuthEvent.objects.filter(event=EventName.FAILURE).count() == 1

    def test_graphql_asks_for_it(self, enrolled: Any) -> None:
        refused = self.ask_graphql({}, LOGIN, given=CREDENTIALS)
        assert find_code(refused) == self.code
        given = {**CREDENTIALS, **self.make_inputs(enrolled)}
        assert self.ask_graphql({}, LOGIN, given=given)["data"]["login"]["username"] == NAME

    def test_a_password_in_a_header_does_not_pass_by_it(self, enrolled: Any) -> None:
        need(any(each.scheme == "Basic" for each in installed_providers()), "there is no Basic")
        pair = b64encode(f"{NAME}:{PASSWORD}".encode()).decode()
        assert self.ask({"Authorization": f"Basic {pair}"}).status_code == 401

    def test_guesses_lock_the_account(self, enrolled: Any) -> None:
        answers = [self.log_in(self.make_bad_inputs()).status_code for _ in range(8)]
        assert answers[0] == 401
        assert answers[-1] == 429
        assert self.log_in(self.make_inputs(enrolled)).status_code == 429

    def test_documents_have_its_inputs_and_no_scheme(self, caller: Any) -> None:
        document = self.read_document()
        body = document["paths"][reverse("login")]["post"]["requestBody"]["content"]
        schema = body["application/json"]["schema"]["$ref"].rpartition("/")[2]
        described = document["components"]["schemas"][schema]["properties"]
        assert described.keys() >= self.provider.login_fields.keys()
        assert self.name not in document["components"]["securitySchemes"]
        assert self.name not in self.ask({})["WWW-Authenticate"]
