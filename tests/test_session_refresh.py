"""Exchanging a refresh token: once, and once more for a client that has lost the answer."""

from datetime import timedelta
from typing import Any

import jwt
import pytest
from django.conf import settings as configuration
from django.utils import timezone
from rest_framework.test import APIClient

from auth_core.models import AuthEvent
from auth_jwt.models import Session
from auth_jwt.sessions import find_session
from auth_jwt.tokens import issue_pair
from tests.rest import assert_problem, find_pointers
from tests.sessions import REFUSED, begin, refresh, statuses, stored, use
from tests.tokens import make_claims, sign

LATER = timedelta(seconds=11)


def read_claims(token: str) -> dict[str, Any]:
    return jwt.decode(
        token, configuration.JWT_SECRET_KEY, ["HS256"], audience=configuration.JWT_AUDIENCE
    )


def let_pass(time: timedelta) -> None:
    """Make everything that happened to the session be so much longer ago."""
    session = Session.objects.get()
    for name in ("created_at", "last_used_at", "rotated_at"):
        setattr(session, name, getattr(session, name) - time)
    session.save()


def test_a_refresh_answers_a_new_pair_of_the_same_session(user: Any) -> None:
    old = begin(user)
    response = refresh(old)
    new = response.json()
    assert (response.status_code, response["Cache-Control"]) == (200, "no-store")
    assert new.keys() == {
        "accessToken",
        "tokenType",
        "expiresIn",
        "refreshToken",
        "refreshExpiresIn",
    }
    assert (new["tokenType"], new["expiresIn"], new["refreshExpiresIn"]) == (
        "Bearer",
        3600,
        7 * 24 * 3600,
    )
    assert not set(new.values()) & {old["accessToken"], old["refreshToken"]}
    assert statuses(new) == (200, 200)
    assert Session.objects.count() == 1


def test_a_token_of_either_kind_holds_these_claims(user: Any) -> None:
    pair = begin(user)
    access, fresh = read_claims(pair["accessToken"]), read_claims(pair["refreshToken"])
    assert access.keys() == {"iss", "aud", "sub", "jti", "iat", "exp", "sid"}
    assert fresh.keys() == access.keys() | {"gen"}
    assert (
        (access["sid"], access["sub"])
        == (fresh["sid"], fresh["sub"])
        == (str(Session.objects.get().pk), str(user.pk))
    )
    assert access["jti"] != fresh["jti"]


def test_neither_kind_is_taken_for_the_other(user: Any) -> None:
    pair = begin(user)
    swapped = {"accessToken": pair["refreshToken"], "refreshToken": pair["accessToken"]}
    assert statuses(swapped) == (401, 401)
    assert statuses(pair) == (200, 200)


def test_the_same_token_again_within_the_grace_gives_the_same_pair(user: Any) -> None:
    old = begin(user)
    first, second = refresh(old).json(), refresh(old).json()
    assert (first["accessToken"], first["refreshToken"]) == (
        second["accessToken"],
        second["refreshToken"],
    )
    assert Session.objects.get().generation == 2


def test_the_grace_ends_when_the_successor_is_used(user: Any) -> None:
    old = begin(user)
    new = refresh(old).json()
    assert refresh(new).status_code == 200
    assert refresh(old).status_code == 401
    assert statuses(new) == (401, 401)


def test_using_the_new_access_token_does_not_end_the_grace(user: Any) -> None:
    old = begin(user)
    use(refresh(old).json())
    assert refresh(old).status_code == 200


@pytest.mark.parametrize("grace", [timedelta(0), timedelta(seconds=10)])
def test_a_replay_after_the_grace_ends_the_session_and_is_recorded(
    user: Any, settings: Any, grace: timedelta
) -> None:
    settings.JWT_REFRESH_GRACE = grace
    old = begin(user)
    new = refresh(old).json()
    let_pass(LATER)
    assert refresh(old).status_code == 401
    assert statuses(new) == (401, 401)
    assert AuthEvent.objects.filter(event="replay", user=user).count() == 1


def test_a_replay_leaves_other_sessions_alone(user: Any) -> None:
    other, old = begin(user), begin(user)
    refresh(refresh(old).json())
    assert refresh(old).status_code == 401
    assert statuses(other) == (200, 200)


def test_every_refusal_reads_the_same(user: Any) -> None:
    old = begin(user)
    refresh(refresh(old).json())
    bodies = [
        assert_problem(refresh({"refreshToken": token}), 401)
        for token in ("", "x", "a.b.c", old["refreshToken"])
    ]
    assert [body["detail"] for body in bodies] == [REFUSED] * 4
    assert all(body == bodies[0] for body in bodies)


def test_a_stale_authorization_header_does_not_matter(user: Any, api: APIClient) -> None:
    body = {"refreshToken": begin(user)["refreshToken"]}
    assert (
        api.post("/api/token/refresh", body, headers={"Authorization": "Bearer stale"}).status_code
        == 200
    )


def test_a_refusal_challenges_without_an_error_code(user: Any) -> None:
    assert refresh({"refreshToken": "x"})["WWW-Authenticate"] == 'Bearer realm="api"'


def test_a_refused_access_token_is_reported_by_its_error_code(user: Any) -> None:
    challenge = use({"accessToken": "x"})["WWW-Authenticate"]
    assert challenge.startswith(
        f'Bearer realm="api", error="invalid_token", error_description="{REFUSED}", Basic'
    )


@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        ({}, ["#/refreshToken"]),
        ({"refreshToken": None}, ["#/refreshToken"]),
        ({"refreshToken": 1}, ["#/refreshToken"]),
        ({"refreshToken": ["x"]}, ["#/refreshToken"]),
        ({"refreshToken": "x", "accessToken": "x"}, ["#/accessToken"]),
        ([], ["#"]),
        ("x", ["#"]),
    ],
)
def test_a_body_of_another_shape_is_refused_with_pointers(
    user: Any, api: APIClient, body: Any, pointers: list[str]
) -> None:
    assert find_pointers(api.post("/api/token/refresh", body)) == pointers


@pytest.mark.parametrize("generation", [-1, 2, 10**30, -(10**30)])
def test_a_signed_token_of_a_generation_that_is_not_there_ends_the_session(
    user: Any, generation: int
) -> None:
    claims = make_claims(user, gen=generation)
    token = sign(claims, {"alg": "HS256", "typ": "rt+jwt"})
    assert refresh({"refreshToken": token}).status_code == 401
    assert Session.objects.get().revoked_at


@pytest.mark.parametrize("generation", [None, True, "1", 1.0, [1], {}])
def test_a_signed_generation_of_another_type_is_refused_and_changes_nothing(
    user: Any, generation: Any
) -> None:
    token = sign(make_claims(user, gen=generation), {"alg": "HS256", "typ": "rt+jwt"})
    before = stored()
    assert refresh({"refreshToken": token}).status_code == 401
    assert stored() == before


def test_a_refresh_moves_the_idle_expiry_but_not_the_end(user: Any, settings: Any) -> None:
    begin(user, expires_at=timezone.now() + timedelta(days=1))
    before = Session.objects.get()
    let_pass(timedelta(days=6))
    assert refresh(issue_pair(Session.objects.get(), timezone.now())).status_code == 200
    after = Session.objects.get()
    assert after.ends_at == before.ends_at
    assert after.expires_at > before.expires_at + timedelta(days=5)


def test_no_token_outlives_the_end_of_its_session(user: Any) -> None:
    end = timezone.now() + timedelta(minutes=5)
    new = refresh(begin(user, expires_at=end, ends_at=end)).json()
    assert 298 <= new["expiresIn"] <= 300
    assert new["refreshExpiresIn"] == new["expiresIn"]
    assert Session.objects.get().expires_at == end


@pytest.mark.parametrize("used", [False, True])
def test_a_session_that_ends_meanwhile_gives_nothing(
    user: Any,
    monkeypatch: pytest.MonkeyPatch,
    used: bool,  # noqa: FBT001
) -> None:
    pair = begin(user)
    if used:
        refresh(pair)

    def find_and_end(*arguments: Any) -> Session:
        session = find_session(*arguments)
        Session.objects.update(revoked_at=timezone.now())
        return session

    monkeypatch.setattr("auth_jwt.refresh.find_session", find_and_end)
    assert refresh(pair).status_code == 401
    assert Session.objects.get().generation == 1 + used
    assert not AuthEvent.objects.filter(event="replay").exists()


def test_an_expired_session_is_refused(user: Any) -> None:
    pair = begin(user)
    Session.objects.update(expires_at=timezone.now())
    assert statuses(pair) == (401, 401)


def test_a_refresh_is_recorded_once_however_often_it_is_repeated(user: Any) -> None:
    pair = begin(user)
    for _ in range(3):
        refresh(pair)
    assert AuthEvent.objects.filter(event="refresh", user=user).count() == 1


def test_what_cannot_be_recorded_is_not_done(user: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    pair = begin(user)
    before = stored()
    monkeypatch.setattr(AuthEvent._meta, "db_table", "nowhere")
    assert refresh(pair).status_code == 503
    assert stored() == before


def test_nothing_stored_makes_a_token(user: Any) -> None:
    pair = refresh(begin(user)).json()
    kept = repr(stored()) + repr(list(AuthEvent.objects.values()))
    for token in (pair["accessToken"], pair["refreshToken"]):
        assert not any(
            part in kept for part in (token, token.rpartition(".")[2], read_claims(token)["jti"])
        )
