"""Limits of anonymous addresses and of sessions: 429 with the wait, and the fields RateLimit."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import caches
from django.core.cache.backends.redis import RedisCache
from rest_framework.test import APIClient

from api_http.limits import counting
from runtime.rates import Rate
from tests.conftest import make_basic_header
from tests.graph import ask
from tests.policies import call_as, make_user
from tests.rest import assert_problem
from tests.sessions import begin, refresh

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("as_described")]
BAD = {"Authorization": "Bearer nonsense"}


@pytest.fixture(autouse=True)
def three_a_minute(settings: Any) -> None:
    settings.THROTTLE_ANONYMOUS = Rate(3, 60)
    counting._share_buckets.cache_clear()


def statuses(client: APIClient, path: str, times: int, **more: Any) -> list[int]:
    return [client.get(path, **more).status_code for _ in range(times)]


def test_an_address_without_a_caller_is_refused_with_the_wait(api: APIClient) -> None:
    assert statuses(api, "/api/customers", 3) == [401, 401, 401]
    response = api.get("/api/customers")
    assert_problem(response, 429)
    assert response.json()["detail"].startswith("Too many requests.")
    assert 1 <= int(response["Retry-After"]) <= 20


def test_the_fields_show_the_policy_and_the_rest(api: APIClient) -> None:
    first, second = api.get("/api/customers"), api.get("/api/customers")
    assert first["RateLimit-Policy"] == '"anonymous";q=3;w=60'
    assert first["RateLimit"] == '"anonymous";r=2;t=20'
    assert re.fullmatch(r'"anonymous";r=1;t=(39|40)', second["RateLimit"])
    assert statuses(api, "/api/customers", 2) == [401, 429]
    assert api.get("/api/customers")["RateLimit"].startswith('"anonymous";r=0;t=')


@pytest.mark.parametrize(
    "path", ["/api/customers", "/api/schema", "/api/nothing", "/.well-known/jwks.json"]
)
def test_it_holds_for_each_kind_of_route(api: APIClient, path: str) -> None:
    assert 429 not in statuses(api, path, 3)
    assert statuses(api, path, 1) == [429]


def test_bad_credentials_count_as_none(api: APIClient) -> None:
    assert statuses(api, "/api/customers", 4, headers=BAD) == [401, 401, 401, 429]


def test_a_login_counts_once(api: APIClient, user: Any) -> None:
    body = {"username": "ada", "password": "ada"}
    codes = [api.post("/api/login", body).status_code for _ in range(4)]
    assert codes == [201, 201, 201, 429]


def test_graphql_says_so_in_its_own_words(api: APIClient) -> None:
    for _ in range(3):
        ask(api, "{ customers { id } }")
    answer = ask(api, "{ customers { id } }")
    (error,) = answer["errors"]
    assert error["extensions"]["code"] == "TOO_MANY_REQUESTS"
    assert 1 <= error["extensions"]["retryAfter"] <= 20


def test_graphql_counts_what_asks_for_no_caller_too(api: APIClient) -> None:
    for _ in range(3):
        ask(api, "{ __typename }")
    assert statuses(api, "/api/customers", 1) == [429]


def test_a_known_caller_is_not_counted(api: APIClient, user: Any) -> None:
    header = {"Authorization": make_basic_header("ada", "ada")}
    statuses(api, "/api/customers", 4)
    response = api.get("/api/customers", headers=header)
    assert response.status_code == 200
    assert "RateLimit" not in response
    assert set(statuses(api, "/api/customers", 5, headers=header)) == {200}


def test_probes_and_preflights_are_not_counted(api: APIClient, settings: Any) -> None:
    settings.CORS_ALLOWED_ORIGINS = ["https://app.example.org"]
    statuses(api, "/api/customers", 4)
    assert statuses(api, "/api/_health/live", 5) == [204] * 5
    preflight = {"Origin": "https://app.example.org", "Access-Control-Request-Method": "GET"}
    assert api.options("/api/customers", headers=preflight).status_code == 200
    refused = api.get("/api/customers", headers={"Origin": "https://app.example.org"})
    assert refused.status_code == 429
    assert "Access-Control-Allow-Origin" in refused


def test_each_address_has_its_own(api: APIClient) -> None:
    assert statuses(api, "/api/customers", 4, REMOTE_ADDR="192.0.2.1")[-1] == 429
    assert statuses(api, "/api/customers", 1, REMOTE_ADDR="192.0.2.2") == [401]
    assert statuses(api, "/api/customers", 3, REMOTE_ADDR="2001:db8::1") == [401] * 3
    assert statuses(api, "/api/customers", 1, REMOTE_ADDR="2001:db8::2") == [429]


def test_without_a_rate_nothing_is_counted(api: APIClient, settings: Any) -> None:
    settings.THROTTLE_ANONYMOUS = None
    assert set(statuses(api, "/api/customers", 5)) == {401}
    assert "RateLimit" not in api.get("/api/customers")


def test_an_anonymous_request_asks_redis_once_and_a_known_request_never(
    api: APIClient, user: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken: list[str] = []
    take = counting.find_buckets().take

    class Spy:
        def take(self, policy: str, rate: Rate, key: str) -> Any:
            taken.append(key)
            return take(policy, rate, key)

    monkeypatch.setattr(counting, "find_buckets", Spy)
    for path in ("/api/customers", "/api/schema", "/api/nothing"):
        api.get(path)
    assert len(taken) == 3
    call_as(user).get("/api/customers")
    assert len(taken) == 3


def test_a_session_is_refreshed_so_often(user: Any, settings: Any) -> None:
    settings.THROTTLE_REFRESH = Rate(2, 60)
    pair, other = begin(user), begin(make_user("bob", "user"))
    for _ in range(2):
        answer = refresh(pair)
        assert answer.status_code == 200
        pair = answer.json()
    refused = refresh(pair)
    assert_problem(refused, 429)
    assert refused["RateLimit-Policy"] == '"refresh";q=2;w=60'
    assert refresh(other).status_code == 200


def test_bad_refresh_tokens_count_for_the_address(api: APIClient, settings: Any) -> None:
    settings.THROTTLE_REFRESH = Rate(2, 60)
    codes = [
        api.post("/api/token/refresh", {"refreshToken": "nonsense"}).status_code for _ in range(4)
    ]
    assert codes == [401, 401, 401, 429]


@pytest.fixture
def redis_away(settings: Any) -> Iterator[None]:
    """A Redis that refuses connections, in place of the cache."""
    before = caches["default"]
    caches["default"] = RedisCache("redis://127.0.0.1:1/0", {})
    yield
    caches["default"] = before


def test_without_redis_it_counts_in_the_process_and_says_so_once(
    redis_away: None, api: APIClient, caplog: pytest.LogCaptureFixture
) -> None:
    assert statuses(api, "/api/schema", 4) == [200, 200, 200, 429]
    warnings = [record.message for record in caplog.records if "Redis" in record.message]
    assert warnings == [
        "Redis does not answer (ConnectionError): limits count in this process until it does"
    ]
