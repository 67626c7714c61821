"""Making, listing and revoking API keys over REST and GraphQL."""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from auth_apikey.issuing import MOST
from auth_apikey.models import ApiKey
from auth_core.models import AuthEvent
from tests.graph import ask_data, ask_error
from tests.plugins.apikeys import READ_ONLY, ask_me, call_with, make_key
from tests.policies import make_user
from tests.rest import MISSING, assert_problem

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quick_hashes")]
PATH = "/api/api-keys"
CREATE = (
    "mutation ($data: ApiKeyCreateInput!) { createApiKey(data: $data) { id prefix roles key } }"
)
SHOWN = {
    *("id", "name", "prefix", "actions", "entities", "roles"),
    *("createdAt", "expiresAt", "lastUsedAt"),
}


def test_a_key_is_shown_once_and_works(as_user: APIClient, user: Any) -> None:
    end = timezone.now() + timedelta(days=30)
    body = {"name": "ci", "entities": ["Customer"], "expiresAt": end.isoformat()}
    response = as_user.post(PATH, body)
    made = response.json()
    assert (response.status_code, response["Cache-Control"]) == (201, "no-store")
    assert made.keys() == {*SHOWN, "key"}
    assert made["expiresAt"].endswith("Z")
    assert made["key"].startswith(made["prefix"])
    assert as_user.get(response["Location"]).json().keys() == SHOWN
    (listed,) = as_user.get(PATH).json()
    assert (listed["id"], listed.keys()) == (made["id"], SHOWN)
    assert call_with(made["key"]).get("/api/me").json()["username"] == "ada"
    assert as_user.get(PATH).json()[0]["lastUsedAt"]


def test_only_the_digest_is_stored(as_user: APIClient) -> None:
    key = as_user.post(PATH, {"name": "ci"}).json()["key"]
    (row,) = ApiKey.objects.values()
    assert row["digest"] == sha256(key.encode()).hexdigest()
    secret = key.split("_", 2)[2][-40:]
    events = list(AuthEvent.objects.values())
    assert secret not in repr(row) + repr(events) + repr(ApiKey.objects.get())
    assert [each["event"] for each in events if each["event"] == "key_created"]


def test_a_revoked_key_is_refused_at_once(as_user: APIClient, user: Any) -> None:
    made = as_user.post(PATH, {"name": "ci"}).json()
    assert ask_me(made["key"]) == 200
    assert as_user.delete(f"{PATH}/{made['id']}").status_code == 204
    assert_problem(call_with(made["key"]).get("/api/me"), 401)
    assert_problem(as_user.delete(f"{PATH}/{made['id']}"), 404)
    assert as_user.get(PATH).json() == []
    assert AuthEvent.objects.filter(event="key_revoked", user=user).count() == 1
    assert as_user.post(PATH, {"name": "ci"}).status_code == 201


def test_others_keys_are_unknown(as_user: APIClient) -> None:
    key = make_key(make_user("bob", "user"))
    (row,) = ApiKey.objects.all()
    for method in (as_user.get, as_user.delete):
        for name in (row.pk, MISSING, "x", "%00"):
            assert_problem(method(f"{PATH}/{name}"), 404)
    assert ask_me(key) == 200


FAULTS: dict[str, Any] = {
    "#/name": [{}, {"name": ""}, {"name": " "}, {"name": "a\n"}, {"name": "a" * 101}, {"name": 1}],
    "#/actions": [{"actions": []}, {"actions": ["fly"]}, {"actions": ["search"]}],
    "#/entities": [{"entities": []}, {"entities": ["customer"]}, {"entities": ["Nothing"]}],
    "#/roles": [{"roles": ["admin"]}, {"roles": ["x"] * 101}],
    "#/expiresAt": [{"expiresAt": "2020-01-01T00:00:00Z"}, {"expiresAt": "soon"}],
    "#/key": [{"key": "sk_mine"}],
}


@pytest.mark.parametrize(
    ("pointer", "body"), [(pointer, body) for pointer, bodies in FAULTS.items() for body in bodies]
)
def test_a_wrong_input_names_its_fault(as_user: APIClient, pointer: str, body: Any) -> None:
    given = body if pointer == "#/name" else {"name": "ci", **body}
    problem = assert_problem(as_user.post(PATH, given), 400)
    assert pointer in {error["pointer"] for error in problem["errors"]}
    assert not ApiKey.objects.exists()


def test_a_name_is_taken_once_and_keys_are_bounded(as_user: APIClient, user: Any) -> None:
    make_key(user)
    problem = assert_problem(as_user.post(PATH, {"name": "ci"}), 409)
    assert problem["errors"][0]["pointer"] == "#/name"
    one = ApiKey.objects.get()
    ApiKey.objects.bulk_create(
        ApiKey(user=user, name=str(at), prefix=str(at), digest="", created_at=one.created_at)
        for at in range(MOST - 1)
    )
    assert_problem(as_user.post(PATH, {"name": "another"}), 409)


def test_revoked_keys_do_not_pile_up(user: Any) -> None:
    make_key(user, "first")
    one = ApiKey.objects.get()
    ApiKey.objects.bulk_create(
        ApiKey(
            user=user,
            name="old",
            prefix=str(at),
            digest="",
            created_at=one.created_at,
            revoked_at=one.created_at + timedelta(seconds=at),
        )
        for at in range(MOST + 3)
    )
    make_key(user, "second")
    assert ApiKey.objects.kept().count() == 2
    left = ApiKey.objects.exclude(revoked_at=None).values_list("prefix", flat=True)
    assert set(left) == {str(at) for at in range(3, MOST + 3)}


@pytest.mark.parametrize("scopes", [{}, READ_ONLY, {"roles": ["user"]}, {"entities": ["Customer"]}])
def test_a_key_makes_and_revokes_no_keys(user: Any, scopes: Any) -> None:
    client = call_with(make_key(user, **scopes))
    mine = ApiKey.objects.get().pk
    assert_problem(client.post(PATH, {"name": "another"}), 403)
    assert_problem(client.delete(f"{PATH}/{mine}"), 403)
    for query in (
        f'mutation {{ deleteApiKey(where: {{id: "{mine}"}}) {{ id }} }}',
        'mutation { createApiKey(data: {name: "another"}) { key } }',
    ):
        assert ask_error(client, query)["extensions"]["code"] == "FORBIDDEN"
    listed = client.get(PATH)
    assert listed.status_code == (403 if "entities" in scopes else 200)
    assert ApiKey.objects.kept().count() == 1


def test_nobody_has_no_keys(api: APIClient, db: None) -> None:
    assert_problem(api.get(PATH), 401)
    assert_problem(api.post(PATH, {"name": "ci"}), 401)
    for query in ("{ apiKeys { id } }", 'mutation { createApiKey(data: {name: "x"}) { key } }'):
        assert ask_error(api, query)["extensions"]["code"] == "UNAUTHENTICATED"


def test_graphql_does_the_same(as_user: APIClient, user: Any) -> None:
    made = ask_data(as_user, CREATE, data={"name": "ci", "roles": ["user"]})["createApiKey"]
    assert ask_me(made["key"]) == 200
    query = "{ apiKeys { id name key createdAt expiresAt lastUsedAt roles } }"
    (listed,) = ask_data(as_user, query)["apiKeys"]
    assert (listed["id"], listed["key"], listed["roles"]) == (made["id"], None, ["user"])
    assert listed["createdAt"].endswith("Z")
    error = ask_error(as_user, CREATE, data={"name": "ci"})
    assert error["extensions"]["code"] == "CONFLICT"
    error = ask_error(as_user, CREATE, data={"name": "x", "roles": ["admin"]})
    assert error["extensions"]["code"] == "BAD_USER_INPUT"
    deletion = f'mutation {{ deleteApiKey(where: {{id: "{made["id"]}"}}) {{ name }} }}'
    assert ask_data(as_user, deletion)["deleteApiKey"] == {"name": "ci"}
    assert ask_me(made["key"]) == 401


def test_the_document_has_the_routes(api: APIClient, db: None) -> None:
    document = api.get("/api/schema").json()
    assert {"get", "post"} <= document["paths"][PATH].keys()
    assert {"get", "delete"} <= document["paths"][f"{PATH}/{{id}}"].keys()
    scheme = document["components"]["securitySchemes"]["auth_apikey"]
    assert scheme == {"type": "apiKey", "in": "header", "name": "X-API-Key"}
    created = document["components"]["schemas"]["CreatedApiKey"]
    assert "key" in created["required"]


def test_a_page_elsewhere_may_send_a_key(api: APIClient, settings: Any, db: None) -> None:
    settings.CORS_ALLOWED_ORIGINS = ["https://app.example.org"]
    asked = {"access-control-request-method": "GET", "access-control-request-headers": "x-api-key"}
    headers = {"origin": "https://app.example.org", **asked}
    response = api.options("/api/customers", headers=headers)
    assert "x-api-key" in response["access-control-allow-headers"]
