"""What generated clients need of the OpenAPI document: answers, names, examples, conditions."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import override_settings
from drf_spectacular.generators import SchemaGenerator
from rest_framework.test import APIClient

from auth_basic.provider import BasicProvider
from auth_core import AuthProvider
from auth_jwt.provider import BearerProvider
from entity_api import EntityPermission
from entity_api.description.registry import VIEWSETS
from entity_api.openapi.examples import make_example
from tests.conftest import add_user
from tests.shop.viewsets import CustomerViewSet
from tests.test_openapi import DOCUMENT, OPERATIONS

SCHEMAS: dict[str, Any] = DOCUMENT["components"]["schemas"]
WITHHELD = """
roles = ["admin", "user"]
[Customer]
view = "all"
fields.view.phone = ["admin"]
"""


class SilentProvider(BasicProvider):
    """Checks passwords, and issues nothing."""

    scheme = "Silent"
    issue: Any = AuthProvider.issue


def make_document() -> dict[str, Any]:
    made: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    return made


def find_nodes(node: Any) -> list[dict[str, Any]]:
    children = list(node.values()) if isinstance(node, dict) else node
    if not isinstance(children, list):
        return []
    found = [node] if isinstance(node, dict) else []
    return found + [inner for child in children for inner in find_nodes(child)]


@pytest.mark.parametrize("name", ["User", "Address", "Customer", "Order", "Product"])
def test_an_answer_requires_all_that_is_always_sent(name: str) -> None:
    assert set(SCHEMAS[name]["required"]) == SCHEMAS[name]["properties"].keys()
    assert "required" not in SCHEMAS[f"Patched{name}Request"]


def test_a_field_that_the_policy_may_withhold_is_not_required(policy: Any) -> None:
    policy(WITHHELD)
    customer = make_document()["components"]["schemas"]["Customer"]
    assert customer["properties"].keys() - set(customer["required"]) == {"phone"}


@pytest.mark.parametrize("says", [True, False])
def test_a_permission_that_limits_fields_says_which_are_always_there(
    monkeypatch: pytest.MonkeyPatch,
    says: bool,  # noqa: FBT001
) -> None:
    class Limiting(EntityPermission):
        def allowed_fields(self, request: Any, view: Any, action: str) -> frozenset[str]:
            return frozenset(view.field_names) - {"phone"}

    if says:
        monkeypatch.setattr(Limiting, "may_withhold", lambda _, view, field: field == "phone")
    monkeypatch.setattr(CustomerViewSet, "permission_classes", (Limiting,))
    customer = make_document()["components"]["schemas"]["Customer"]
    optional = customer["properties"].keys() - set(customer.get("required", ()))
    assert optional == ({"phone"} if says else customer["properties"].keys())


def test_a_login_has_what_the_first_provider_issues(api: APIClient, db: None) -> None:
    add_user("ada", "lovelace", "user")
    answer = api.post("/api/login", {"username": "ada", "password": "lovelace"})
    login = SCHEMAS["Login"]
    assert login["properties"].keys() == set(login["required"]) == answer.json().keys()


@pytest.mark.parametrize(
    ("providers", "members", "certain"),
    [
        (["basic"], {"accessToken", "tokenType"}, set()),
        (["basic", "bearer"], None, {"accessToken", "tokenType"}),
        (["silent", "bearer"], None, None),
        (["silent"], set(), set()),
    ],
)
def test_a_login_shows_what_other_providers_issue(
    monkeypatch: pytest.MonkeyPatch, providers: list[str], members: Any, certain: Any
) -> None:
    known = {"basic": BasicProvider, "bearer": BearerProvider, "silent": SilentProvider}
    chosen = [known[name]() for name in providers]
    monkeypatch.setattr("auth_core.serializers.installed_providers", lambda: chosen)
    login = make_document()["components"]["schemas"]["Login"]
    always, pair = {"id", "roles", "username"}, set(SCHEMAS["TokenPair"]["properties"])
    assert login["properties"].keys() - always == (pair if members is None else members)
    assert set(login["required"]) - always == (pair if certain is None else certain)


def test_no_value_meets_two_schemas_of_one_choice(lab: APIClient) -> None:
    for document in (DOCUMENT, make_document()):
        schemas = document["components"]["schemas"]
        choices = [node["oneOf"] for node in find_nodes(document) if "oneOf" in node]
        assert choices
        for choice in choices:
            branches = [
                schemas.get(each.get("$ref", "").rpartition("/")[2], each) for each in choice
            ]
            types = [branch["type"] for branch in branches]
            assert len({str(name) for name in types}) == len(types), choice


def test_no_component_has_two_meanings(lab: APIClient, capsys: Any) -> None:
    make_document()
    assert "identical names" not in capsys.readouterr().err


def test_a_text_that_may_be_empty_is_one_schema() -> None:
    assert SCHEMAS["Customer"]["properties"]["email"] == {
        "type": ["string", "null"],
        "maxLength": 254,
    }


def test_operations_are_verbs_in_one_style() -> None:
    names = [operation["operationId"] for _, _, operation in OPERATIONS]
    verbs = "list|get|create|update|delete|connect|set|disconnect|change|end|refresh"
    whole = "login|logout|reauthenticate"
    assert [n for n in names if not re.fullmatch(rf"(({verbs})([A-Z][a-z]+)+)|{whole}", n)] == []
    assert {"updateCustomer", "createManyCustomers", "disconnectOrdersOfCustomer"} <= set(names)


def test_every_tag_has_its_sentence() -> None:
    tags = {tag["name"]: tag["description"] for tag in DOCUMENT["tags"]}
    assert tags.keys() == {tag for _, _, each in OPERATIONS for tag in each["tags"]}
    assert all(text.endswith(".") for text in tags.values())


def test_every_enum_has_a_name() -> None:
    named = [schema for schema in SCHEMAS.values() if "enum" in schema]
    assert named
    assert [node for node in find_nodes(DOCUMENT) if "enum" in node and node not in named] == []


def test_each_example_of_a_create_works_as_it_stands(as_admin: APIClient) -> None:
    tried = [
        as_admin.post(path, content["example"], format="json").status_code
        for method, path, operation in OPERATIONS
        for content in operation.get("requestBody", {}).get("content", {}).values()
        if method == "post" and "example" in content and not path.endswith("/bulk")
    ]
    assert tried == [201] * 5


@pytest.mark.parametrize("plural", ["samples", "boundeds"])
def test_an_example_has_a_value_of_each_kind(lab: APIClient, plural: str) -> None:
    viewset = next(each for each in VIEWSETS.values() if each.plural == plural)
    example = make_example(viewset.serializer_class())
    writable = {
        name for name, field in viewset.serializer_class().fields.items() if not field.read_only
    }
    assert example.keys() == writable
    answer = lab.post(f"/api/{plural}", example, format="json")
    assert answer.status_code == 201, answer.json()


@pytest.mark.parametrize("method", ["post", "patch"])
def test_a_write_has_a_body_in_every_client(method: str) -> None:
    bodies = [each.get("requestBody") for verb, _, each in OPERATIONS if verb == method]
    optional = [body for body in bodies if body and not body.get("required")]
    logout = DOCUMENT["paths"]["/api/logout"]["post"]["requestBody"]
    assert optional == ([logout] if method == "post" else [])


@pytest.mark.parametrize("debug", [True, False])
def test_the_example_of_a_login_works_in_development(debug: bool) -> None:  # noqa: FBT001
    with override_settings(DEBUG=debug):
        credentials = make_document()["components"]["schemas"]["CredentialsRequest"]["examples"]
    names = ["admin", "admin"] if debug else ["<username>", "<password>"]
    assert [list(each.values()) for each in credentials] == [names]
