"""The life of credentials: a login issues them, a logout ends them, the app may be taken out."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client, override_settings
from django.urls import reverse

from api_http.graphql.schema import load_schema
from auth_core.contract import AuthProvider
from auth_core.models import AuthEvent, EventName
from auth_core.testing.facts import CREDENTIALS, NAME, Facts, Headers, need

MUTATION = "mutation ($given: Credentials!) { login(credentials: $given) { accessToken } }"


class Logins(Facts):
    """Login, logout and removal."""

    @pytest.fixture
    def issuing(self, caller: Any) -> Any:
        """Let the provider answer logins."""
        need(type(self.provider).issue is not AuthProvider.issue, "it issues nothing")
        with self.put_first():
            yield

    def test_a_login_issues_credentials(self, caller: Any, issuing: None) -> None:
        browser = Client()
        answer = browser.post(reverse("login"), CREDENTIALS, content_type="application/json")
        assert answer.status_code == 201, answer.content
        event = AuthEvent.objects.filter(event=EventName.LOGIN).get()
        assert (event.provider, event.user_id) == (self.name, caller.pk)
        # Without a token the credentials are in a cookie.
        headers = make_header(answer.json())
        assert browser.get(reverse("me"), headers=headers).json()["username"] == NAME

    def test_a_login_of_graphql_issues_them_too(self, caller: Any, issuing: None) -> None:
        issued = self.send(reverse("login"), CREDENTIALS).json()
        found = self.ask_graphql({}, MUTATION, given=CREDENTIALS)["data"]["login"]
        assert bool(found["accessToken"]) == ("accessToken" in issued)
        if found["accessToken"]:
            assert self.ask(make_header(issued | found)).json()["username"] == NAME

    def test_documents_tell_what_a_login_issues(self, caller: Any, issuing: None) -> None:
        issued = self.send(reverse("login"), CREDENTIALS).json().keys()
        document = self.read_document()
        responses = document["paths"][reverse("login")]["post"]["responses"]
        schema = responses["201"]["content"]["application/json"]["schema"]["$ref"]
        described = document["components"]["schemas"][schema.rpartition("/")[2]]["properties"]
        assert described.keys() >= issued
        info: Any = load_schema().get_type("UserInfo")
        assert info.fields.keys() >= issued

    def test_a_logout_ends_it(self, headers: Headers) -> None:
        need(self.revocable, "it ends by itself")
        assert self.log_out(headers).status_code == 204
        assert self.ask(headers).status_code == 401

    def test_a_logout_everywhere_ends_it(self, caller: Any, headers: Headers) -> None:
        need(self.revocable, "it ends by itself")
        need(self.has_user, "its callers have no row")
        other = self.make_headers(caller)
        assert self.send(reverse("logout"), {"everywhere": True}, other).status_code == 204
        assert self.ask(headers).status_code == 401

    def test_users_can_be_deleted_without_its_app(self, caller: Any, headers: Headers) -> None:
        assert self.ask(headers).status_code == 200
        with override_settings(INSTALLED_APPS=self.list_other_apps()):
            get_user_model()._default_manager.get(pk=caller.pk).delete()
        connection.check_constraints()


def make_header(issued: Any) -> Headers:
    token = issued.get("accessToken")
    return {"Authorization": f"{issued['tokenType']} {token}"} if token else {}
