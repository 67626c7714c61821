"""The conformance kit, and what views may do with a session."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth import get_user_model, login
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.http import HttpRequest, JsonResponse
from django.test import Client
from django.urls import include, path

from auth_core import answer_cookies
from auth_core.asvs.run import audit_service
from auth_core.testing import Headers, ProviderKit


class TestSessionCookie(ProviderKit):
    name = "auth_session"
    revocable = True

    def make_headers(self, user: Any) -> Headers:
        request = HttpRequest()
        request.session = SessionStore()
        login(request, user, "auth_core.backend.PolicyBackend")
        request.session.save()
        return {"Cookie": f"sessionid={request.session.session_key}"}

    def make_bad_headers(self) -> Headers:
        return {"Cookie": "sessionid=bad"}


def count(request: HttpRequest) -> JsonResponse:
    """What a view of an adopter may do: keep something in the session, and set cookies."""
    request.session["count"] = request.session.get("count", 0) + 1
    if "end" in request.GET:
        Session.objects.all().delete()
    answer_cookies(request).set_cookie("wanted", "yes")
    answer = JsonResponse({"count": request.session["count"]})
    answer.status_code = int(request.GET.get("status", "200"))
    answer.set_cookie("unwanted", "yes")
    return answer


urlpatterns = [path("api/count", count), path("", include("tests.urls"))]
views = pytest.mark.urls(__name__)


@views
@pytest.mark.django_db
def test_a_view_may_use_the_session() -> None:
    client = Client()
    answers = [client.get("/api/count") for _ in range(2)]
    assert [answer.json()["count"] for answer in answers] == [1, 2]
    assert answers[0].cookies.keys() == {"sessionid", "wanted"}


@views
@pytest.mark.django_db
@pytest.mark.parametrize(("status", "names"), [(403, {"sessionid"}), (503, set())])
def test_an_answer_that_refuses_sets_no_cookies_of_providers(status: int, names: set[str]) -> None:
    assert Client().get(f"/api/count?status={status}").cookies.keys() == names


@views
@pytest.mark.django_db
def test_reading_needs_no_write(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.SESSION_SAVE_EVERY_REQUEST = True
    user = get_user_model().objects.create(username="ada")
    headers = TestSessionCookie().make_headers(user)
    assert Client().get("/api/me", headers=headers).cookies["sessionid"]["max-age"]
    monkeypatch.setattr(SessionStore, "save", _fail)
    client = Client(raise_request_exception=False)
    assert client.get("/api/me", headers=headers).status_code == 200


@pytest.mark.django_db
@pytest.mark.usefixtures("session_first", "quick_hashes")
def test_auth_audit_logs_in_by_the_cookie() -> None:
    found = {each.id: each for each in audit_service()}
    for name in ("6.2.2", "7.2.4", "7.4.1", "7.4.2", "8.2.1", "8.3.2"):
        assert found[name].outcome == "pass", found[name]
    # Nobody gets tokens where another plugin answers logins.
    assert found["9.1.1"].outcome == "n/a"


@views
@pytest.mark.django_db
def test_a_session_that_ends_meanwhile_is_a_problem() -> None:
    client = Client()
    client.get("/api/count")
    answer = client.get("/api/count?end")
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")


@views
@pytest.mark.django_db
def test_a_session_that_cannot_be_stored_is_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SessionStore, "save", _fail)
    answer = Client(raise_request_exception=False).get("/api/count")
    assert (answer.status_code, answer["Content-Type"]) == (500, "application/problem+json")
    assert b"inside" not in answer.content


def _fail(*_: Any, **__: Any) -> None:
    raise RuntimeError("inside")
