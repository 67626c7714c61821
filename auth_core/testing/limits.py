"""Credentials that only read change nothing, on any surface."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    get_named_type,
    is_leaf_type,
    is_required_input_field,
)

from api_http.graphql.schema import load_schema
from auth_core.contract import Authenticated, Limit
from auth_core.testing.facts import PASSWORD, Facts, Headers, find_code

MISSING = "0190b5a0-0000-7000-8000-000000000000"
# Every scalar takes some of them.
SAMPLES: tuple[object, ...] = (
    MISSING,
    1,
    True,
    "2026-01-01T00:00:00Z",
    "2026-01-01",
    "00:00:00",
    {},
)


class Limits(Facts):
    """The limit of credentials."""

    @pytest.fixture
    def limited(self, caller: Any, monkeypatch: pytest.MonkeyPatch) -> Headers:
        """Credentials that only read: the provider's own, or limited by the kit."""
        own = self.make_limited_headers(caller)
        if own is not None:
            return own
        limit = Limit(actions={"view", "search"})
        kind = type(self.provider)
        authenticate: Any = kind.authenticate

        def narrow(provider: Any, request: Any) -> Any:
            found = authenticate(provider, request)
            if not found:
                return found
            user, proof = found
            return Authenticated(user, proof, limit)

        monkeypatch.setattr(kind, "authenticate", narrow)
        return self.make_headers(caller)

    def test_credentials_that_only_read_may_read(self, limited: Headers) -> None:
        answer = self.ask(limited)
        assert answer.status_code == 200, answer.content
        assert self.ask_graphql(limited)["data"]["userInfo"]["username"]

    def test_they_change_nothing_on_rest(self, caller: Any, limited: Headers) -> None:
        asked = {reverse("logout"), reverse("password")}
        for method, path in self.list_writes():
            answer = Client().generic(
                method, path, "{}", content_type="application/json", headers=limited
            )
            assert (method, path, answer.status_code) == (method, path, 403)
            assert answer["Content-Type"] == "application/problem+json"
            asked.discard(path)
        assert not asked
        assert self.ask(limited).status_code == 200
        caller.refresh_from_db()
        assert caller.check_password(PASSWORD)

    def test_they_change_nothing_on_graphql(self, limited: Headers) -> None:
        mutations = load_schema().mutation_type
        for name, field in mutations.fields.items() if mutations else ():
            if name not in self.open_mutations:
                text, variables = write_mutation(name, field)
                answer = self.ask_graphql(limited, text, **variables)
                assert (name, find_code(answer)) == (name, "FORBIDDEN")

    def list_writes(self) -> Iterator[tuple[str, str]]:
        """Yield the method and path of each operation that changes something and takes these
        credentials."""
        for path, item in self.read_document()["paths"].items():
            for method, operation in item.items():
                if method in ("post", "put", "patch", "delete") and {
                    self.name: []
                } in operation.get("security", ()):
                    yield method.upper(), re.sub(r"\{\w+\}", MISSING, path)


def write_mutation(name: str, field: Any) -> tuple[str, dict[str, Any]]:
    """Return the text of a mutation, and a valid value for each of its arguments."""
    declared = ", ".join(f"${key}: {each.type}" for key, each in field.args.items())
    given = ", ".join(f"{key}: ${key}" for key in field.args)
    selection = "" if is_leaf_type(get_named_type(field.type)) else "{ __typename }"
    text = f"mutation ({declared}) {{ {name}({given}) {selection} }}"
    variables = {key: make_value(each.type) for key, each in field.args.items()}
    return text if declared else f"mutation {{ {name} {selection} }}", variables


def make_value(kind: Any) -> Any:
    """Return a value of a type of input: of an object its id, and what it requires."""
    if isinstance(kind, GraphQLNonNull):
        return make_value(kind.of_type)
    if isinstance(kind, GraphQLList):
        return [make_value(kind.of_type)]
    if isinstance(kind, GraphQLInputObjectType):
        return {
            name: make_value(field.type)
            for name, field in kind.fields.items()
            if name == "id" or is_required_input_field(field)
        }
    if isinstance(kind, GraphQLEnumType):
        return next(iter(kind.values))
    return next(sample for sample in SAMPLES if is_taken(kind, sample))


def is_taken(scalar: Any, value: object) -> bool:
    try:
        scalar.parse_value(value)
    except Exception:  # noqa: BLE001 (an error of any scalar)
        return False
    return True
