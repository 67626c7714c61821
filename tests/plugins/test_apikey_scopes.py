"""What an API key may do: never more than its user, on any surface, and less if it has scopes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.exceptions import ValidationError
from rest_framework.test import APIClient

from auth_apikey.models import ApiKey
from auth_core.models import AuthEvent, LoginCounter
from tests.graph import ask, ask_data, ask_error
from tests.plugins.apikeys import READ_ONLY, ask_me, call_with, make_key
from tests.policies import make_user
from tests.rest import assert_problem, read_stored
from tests.sessions import begin, use
from tests.shop.models import Address, Customer, Order

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quick_hashes")]


def test_a_key_that_reads_changes_nothing(admin: Any) -> None:
    row = Customer.objects.create(first_name="Ada")
    client, before = call_with(make_key(admin, **READ_ONLY)), read_stored()
    for method, path in (
        ("post", "/api/customers"),
        ("patch", f"/api/customers/{row.pk}"),
        ("delete", f"/api/customers/{row.pk}"),
        ("post", f"/api/customers/{row.pk}/orders"),
        ("post", "/api/logout"),
        ("post", "/api/me/password"),
    ):
        assert_problem(getattr(client, method)(path, {}), 403)
    error = ask_error(client, "mutation { createCustomer(data: {}) { id } }")
    assert error["extensions"]["code"] == "FORBIDDEN"
    assert ask_data(client, "{ customers { firstName } }") == {"customers": [{"firstName": "Ada"}]}
    assert read_stored() == before


def test_a_key_of_an_entity_sees_no_other(admin: Any) -> None:
    row = Customer.objects.create(first_name="Ada", address=Address.objects.create(city="London"))
    Order.objects.create(customer=row, quantity=77)
    client = call_with(make_key(admin, entities=["Customer"]))
    assert client.get(f"/api/customers/{row.pk}").json()["address"] is None
    answer = ask(client, "{ customers { firstName address { city } orders { quantity } } }")
    assert "London" not in str(answer)
    assert "77" not in str(answer)
    assert_problem(client.get("/api/orders"), 403)
    assert_problem(client.get("/api/sessions"), 403)
    assert client.post("/api/customers", {"firstName": "Bob"}).status_code == 201


def test_a_key_of_a_role_has_no_other_and_no_rights_of_a_superuser(admin: Any) -> None:
    get_user_model().objects.get(pk=admin.pk).groups.add(
        *make_user("ada", "user").groups.values_list("pk", flat=True)
    )
    client = call_with(make_key(admin, roles=["user"]))
    assert client.get("/api/me").json()["roles"] == ["user"]
    assert_problem(client.get("/api/users"), 403)
    assert call_with(make_key(admin, "all")).get("/api/users").status_code == 200


def test_a_change_of_roles_narrows_the_key_at_once(user: Any) -> None:
    key = make_key(user, roles=["user"])
    assert call_with(key).get("/api/me").json()["roles"] == ["user"]
    user.groups.clear()
    assert call_with(key).get("/api/me").json()["roles"] == []
    with pytest.raises(ValidationError):
        make_key(user, "more", roles=["user"])


def test_a_key_ends_with_its_time_and_its_user(user: Any) -> None:
    now = timezone.now()
    keys = [make_key(user, name, now + timedelta(hours=1)) for name in ("a", "b")]
    ApiKey.objects.filter(name="a").update(expires_at=now)
    assert [ask_me(key) for key in keys] == [401, 200]
    user.is_active = False
    user.save()
    user.is_active = True
    user.save()
    assert [ask_me(key) for key in keys] == [401, 401]
    another = make_key(user, "c")
    user.delete()
    assert ask_me(another) == 401
    assert not ApiKey.objects.exists()


def test_a_key_outlives_a_logout_everywhere(user: Any) -> None:
    key, pair = make_key(user), begin(user)
    assert use(pair, "post", "/api/logout", {"everywhere": True}).status_code == 204
    assert (use(pair).status_code, ask_me(key)) == (401, 200)


def test_a_user_stays_deletable_where_the_app_is_out(user: Any) -> None:
    key = make_key(user)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM accounts_user_groups")
        table = connection.ops.quote_name(get_user_model()._meta.db_table)
        cursor.execute(f"DELETE FROM {table}")  # noqa: S608
    assert ask_me(key) == 401


def test_a_request_costs_one_query_more_than_its_answer(user: Any) -> None:
    key, pair = make_key(user, entities=["Customer"]), begin(user)
    ask_me(key)
    for send in (lambda: ask_me(key), lambda: use(pair)):
        send()
        with CaptureQueriesContext(connection) as queries:
            send()
        assert len(queries) == 1, queries.captured_queries
    ApiKey.objects.update(last_used_at=timezone.now() - timedelta(minutes=6))
    with CaptureQueriesContext(connection) as queries:
        ask_me(key)
    assert len([each for each in queries if each["sql"].startswith("UPDATE")]) == 1


HOSTILE = (
    *("", " ", "sk_", "x" * 8000, "sk_0123456789ab_" + "A" * 43, "sk_0123456789AB_" + "A" * 43),
    *(
        "sk_0123456789ab_" + "A" * 42 + "\n",
        "sk_%00",
        "' OR 1=1 --",
        "sk_\u0660123456789ab_" + "A" * 43,
    ),
)


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_key_is_a_401(api: APIClient, text: str, db: None) -> None:
    response = api.get("/api/me", headers={"X-API-Key": text})
    assert_problem(response, 401)
    assert response["WWW-Authenticate"]


def test_a_changed_secret_and_two_keys_are_refused(user: Any, api: APIClient) -> None:
    key = make_key(user)
    for text in (key[:-1] + ("A" if key[-1] != "A" else "B"), f"{key}, {key}", key.upper()):
        assert ask_me(text) == 401
    assert api.get(f"/api/me?X-API-Key={key}").status_code == 401
    assert ask_me(key) == 200


def test_uses_are_audited_without_the_key(user: Any, caplog: pytest.LogCaptureFixture) -> None:
    key = make_key(user)
    for _ in range(3):
        ask_me(key)
        ask_me(key[:-2] + ("aa" if key.endswith("__") else "__"))
    events = AuthEvent.objects.filter(provider="auth_apikey").values_list("event", flat=True)
    assert sorted(events) == ["failure", "key_created", "login"]
    told = caplog.text + repr(list(AuthEvent.objects.values()))
    # The secret may hold `_` too.
    assert key.split("_", 2)[2] not in told


def test_a_wrong_key_counts_once_and_an_ended_key_never(user: Any, settings: Any) -> None:
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    ended = make_key(user)
    ApiKey.objects.update(revoked_at=timezone.now())
    for _ in range(3):
        ask_me(ended)
    assert not LoginCounter.objects.exists()
    for _ in range(3):
        ask_me("sk_0123456789ab_" + "A" * 43)
    address = LoginCounter.objects.get(key="address:127.0.0.1")
    assert address.failures == 1


def test_a_read_does_not_fail_where_nothing_can_be_written(
    user: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.db import OperationalError

    from auth_core import last_use

    def refuse(*_: object) -> None:
        raise OperationalError("read-only")

    key = make_key(user)
    monkeypatch.setattr(last_use, "note", refuse)
    assert ask_me(key) == 200
