"""The admin's first page: its sections and panels, and the panels of users and roles."""

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from io import StringIO
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from auth_core.audit_chart import DAYS, count_days
from auth_core.lockout import database
from auth_core.lockout.guard import name_account
from auth_core.models import AuthEvent, LoginCounter
from auth_core.policy.policy import ACTIONS
from auth_jwt.models import Session
from tests.policies import ALL, make_user, write_policy

pytestmark = pytest.mark.django_db
Write = Callable[[str], Any]
UNLOCK = "/admin/auth_core/authevent/unlock/"


@pytest.fixture(autouse=True)
def without_redis(settings: Any) -> None:
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}


@pytest.fixture
def root() -> Client:
    client = Client()
    client.force_login(make_user("root", "admin", is_staff=True, is_superuser=True))
    return client


def give(username: str, *rights: str) -> Client:
    user = make_user(username, "user", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=rights))
    client = Client()
    client.force_login(user)
    return client


def lock(username: str, address: str = "192.0.2.7") -> None:
    """Let failures lock the account and the address, and audit it."""
    until = timezone.now() + timedelta(minutes=5)
    for key in (name_account(username), f"address:{address}"):
        facts = {"failures": 9, "locked_until": until, "touched_at": timezone.now()}
        LoginCounter.objects.update_or_create(key=key, defaults=facts)
    AuthEvent.objects.create(event="lock", username=username, address=address, detail="300 s")


def is_locked(key: str) -> bool:
    return bool(database.list_waits([key]))


def test_accounts_come_first_and_then_the_domain(root: Client) -> None:
    sections = root.get("/admin/").context["app_list"]
    assert [section["name"] for section in sections] == ["Accounts", "Shop"]
    names = [model["object_name"] for model in sections[0]["models"]]
    assert names[:2] == ["User", "Group"]
    assert {"AuthEvent", "Session"} <= set(names)
    assert "Identity" not in names  # its plugin is off
    (section,) = root.get("/admin/accounts/").context["app_list"]
    assert [model["object_name"] for model in section["models"]] == names


def test_its_pages_name_the_section_and_call_groups_roles(root: Client) -> None:
    whole = root.get("/admin/accounts/").context["app_list"]
    for address, name in (
        ("/admin/accounts/user/", "Users"),
        ("/admin/auth/group/", "Roles"),
        ("/admin/auth_core/authevent/", "Events"),
        ("/admin/auth_jwt/session/", "Sessions"),
    ):
        text = re.sub(r"<[^>]*>|\s", "", root.get(address).text)
        assert f"Home&rsaquo;Accounts&rsaquo;{name}" in text
        parent = address.split("/")[2]
        assert root.get(f"/admin/{parent}/").context["app_list"] == whole
    words = root.get("/admin/accounts/user/").text + root.get("/admin/auth/group/").text
    assert "Select role to view" in words
    assert not re.search(r"[Gg]roups?\b", re.sub(r"<[^>]*>", "", words))


def test_the_section_is_there_without_a_right_on_users(policy: Write) -> None:
    policy(write_policy())
    page = give("ada", "view_session").get("/admin/")
    assert [section["name"] for section in page.context["app_list"]] == ["Accounts"]


def test_the_chart_has_an_axis_and_its_numbers_in_a_table(root: Client) -> None:
    logins = AuthEvent.objects.filter(event="login").count()
    for name in ("login", "failure", "lock", "logout"):
        AuthEvent.objects.create(event=name)
    old = timezone.now() - timedelta(days=DAYS)
    AuthEvent.objects.create(event="login", at=old)
    days = count_days()
    assert (len(days), sum(day.logins for day in days)) == (DAYS, logins + 1)
    assert (days[-1].logins, days[-1].failures) == (logins + 1, 2)
    page = root.get("/admin/").text
    table = page.partition("The numbers")[2].partition("</table>")[0]
    assert f'<th scope="row">{timezone.now():%Y-%m-%d}</th><td>{logins + 1}</td><td>2</td>' in table
    assert table.count('<th scope="row">') == DAYS
    assert '<text x="27" y="91" text-anchor="end">0</text>' in page


def test_the_first_page_costs_as_many_queries_for_any_number_of_rows(root: Client) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert root.get("/admin/").status_code == 200
        return len(queries)

    lock("ada")
    count()
    few = count()
    for number in range(30):
        lock(f"user{number}", f"192.0.2.{number}")
    AuthEvent.objects.bulk_create(AuthEvent(event="login") for _ in range(500))
    assert count() <= few <= 12


def test_each_panel_is_for_those_who_may_see_it(policy: Write, root: Client) -> None:
    policy(write_policy())
    titles = {
        "view_authevent": ("Logins and failures a day", "Locks"),
        "view_session": ("Sessions",),
    }
    every = [f"<h2>{title}</h2>" for names in titles.values() for title in names]
    assert all(title in root.get("/admin/").text for title in (*every, "<h2>Service</h2>"))
    for right, names in titles.items():
        page = give(right, right).get("/admin/").text
        shown = [title for title in every if title in page]
        assert shown == [f"<h2>{title}</h2>" for title in names]
        assert "<h2>Service</h2>" not in page


def test_the_service_panel_has_plugins_versions_and_checks(root: Client) -> None:
    page = root.get("/admin/").text
    assert "auth_core, auth_jwt, auth_basic" in page
    assert "manage.py check</code> finds nothing." in page
    assert "Django" in page.partition("<h2>Service</h2>")[2]


def test_locks_are_shown_while_they_hold_and_released(root: Client) -> None:
    lock("ada <b>")
    lock("gone")
    database.clear(name_account("gone"))
    page = root.get("/admin/").text
    assert 'value="ada &lt;b&gt;"' in page
    assert 'value="gone"' not in page
    assert 'value="192.0.2.7"' in page
    answer = root.post(UNLOCK, {"username": "ada <b>"}, follow=True)
    assert "Released ada &lt;b&gt;." in answer.text
    assert not is_locked(name_account("ada <b>"))
    assert is_locked("address:192.0.2.7")
    root.post(UNLOCK, {"address": "192.0.2.7"})
    assert not is_locked("address:192.0.2.7")
    events = AuthEvent.objects.filter(event="unlock").order_by("id")
    assert [event.username for event in events] == ["ada <b>", ""]
    assert events[1].detail == "address 192.0.2.7"
    assert {event.actor.get_username() for event in events if event.actor} == {"root"}


def test_only_who_may_change_the_account_releases_it(policy: Write) -> None:
    policy(write_policy(User='view = "all"\nsearch = "all"'))
    ada = make_user("ada")
    lock("ada")
    lock("nobody")
    client = give("eve", "view_authevent")
    page = client.get("/admin/").text
    assert ">ada</th>" in page
    assert "Release ada" not in page
    for named in ({"username": "ada"}, {"username": "nobody"}, {"address": "192.0.2.7"}, {}):
        assert client.post(UNLOCK, named).status_code == 403
    policy(write_policy(User=ALL))
    assert "Release ada" in client.get("/admin/").text
    assert "Release nobody" not in client.get("/admin/").text
    assert client.post(UNLOCK, {"username": "ada"}).status_code == 302
    assert AuthEvent.objects.get(event="unlock").user_id == ada.pk
    assert client.post(UNLOCK, {"username": "nobody"}).status_code == 403
    assert is_locked(name_account("nobody"))


def test_a_release_is_a_form_of_this_site(root: Client) -> None:
    lock("ada")
    assert root.get(UNLOCK, {"username": "ada"}).status_code == 405
    forged = Client(enforce_csrf_checks=True)
    forged.cookies = root.cookies
    assert forged.post(UNLOCK, {"username": "ada"}).status_code == 403
    for junk in ({}, {"username": "a\0"}, {"address": "nowhere"}, {"address": "\0"}):
        assert root.post(UNLOCK, junk).status_code == 400
    assert is_locked(name_account("ada"))


def make_session(user: Any) -> Session:
    now = timezone.now()
    ends = now + timedelta(days=1)
    times = {"created_at": now, "last_used_at": now, "rotated_at": now}
    return Session.objects.create(user=user, expires_at=ends, ends_at=ends, **times)


def test_a_user_shows_a_few_events_and_sessions(root: Client) -> None:
    ada, eve = make_user("ada"), make_user("eve")
    for _ in range(12):
        AuthEvent.objects.create(event="login", user=ada, username="ada")
        session, foreign = make_session(ada), make_session(eve)
    with CaptureQueriesContext(connection) as queries:
        page = root.get(f"/admin/accounts/user/{ada.pk}/change/").text
    assert len(queries) <= 20
    events = page.partition("<h2>Newest events</h2>")[2].partition("</section>")[0]
    sessions = page.partition("<h2>Live sessions</h2>")[2].partition("</section>")[0]
    assert events.count("<tr>") == sessions.count("<tr>") == 11
    assert str(session.pk) in sessions
    assert str(foreign.pk) not in page
    for link in re.findall(r'href="(/admin/auth[^"]*user__exact[^"]*)"', page):
        assert root.get(unescape(link)).context["cl"].result_count == 12 + ("event" in link) * 1


def test_a_user_shows_no_panel_to_who_may_not_see_it(policy: Write) -> None:
    policy(write_policy(User=ALL))
    ada = make_user("ada")
    page = give("eve").get(f"/admin/accounts/user/{ada.pk}/change/").text
    assert "id_first_name" in page
    assert 'class="module panel"' not in page


def test_the_rights_of_a_user_are_those_that_the_command_explains(
    policy: Write, root: Client
) -> None:
    rules = '\nfields.update.email = ["admin"]'
    policy(write_policy(ALL, Customer=ALL + rules, Order='view = "own"'))
    ada = make_user("ada", "user", "strangers")
    page = unescape(root.get(f"/admin/accounts/user/{ada.pk}/change/").text)

    def explain(*named: str) -> list[str]:
        screen = StringIO()
        call_command("permissions", "explain", "ada", *named, stdout=screen)
        return screen.getvalue().splitlines()

    asked = [("Customer", "update", "email"), *(("Order", action) for action in ACTIONS)]
    for named in asked:
        lines = explain(*named)
        assert len(lines) == 4
        assert all(line in page for line in lines), named
    ada.is_active = False
    ada.save()
    page = unescape(root.get(f"/admin/accounts/user/{ada.pk}/change/").text)
    assert all(line in page for line in explain("Order", "view"))
    assert "and by which rule" not in page


def test_the_list_of_roles_has_the_matrix(policy: Write, root: Client) -> None:
    policy(write_policy(Customer='view = "public"\nupdate = ["user", "own"]'))
    page = root.get("/admin/auth/group/").text
    rows = re.findall(r"<tr><th scope=\"row\">Customer</th>(.*?)</tr>", page)
    cells = [re.findall(r"<td>(.*?)</td>", row) for row in rows]
    assert ["view", "all rows", "all rows", "all rows", "all rows"] in cells
    assert ["update", "-", "own rows", "own rows", "all rows"] in cells


def test_times_have_seconds_and_the_zone_on_every_page(root: Client) -> None:
    ada = make_user("ada")
    shown = f"{ada.created_at:%Y-%m-%d %H:%M:%S} UTC"
    session = make_session(ada)
    event = AuthEvent.objects.create(event="login", user=ada)
    assert shown in root.get(f"/admin/accounts/user/{ada.pk}/change/").text
    for path, at in (
        (f"/admin/auth_jwt/session/{session.pk}/change/", session.created_at),
        ("/admin/auth_jwt/session/", session.created_at),
        (f"/admin/auth_core/authevent/{event.pk}/change/", event.at),
        ("/admin/auth_core/authevent/", event.at),
    ):
        assert f"{at:%Y-%m-%d %H:%M:%S} UTC" in root.get(path).text, path
    form = {"first_name": "Ada", "username": "ada", "is_active": "on"}
    root.post(f"/admin/accounts/user/{ada.pk}/change/", form)
    history = root.get(f"/admin/accounts/user/{ada.pk}/history/").text
    assert re.search(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC", history)


def test_a_password_is_taken_away_in_words_of_this_service(root: Client) -> None:
    ada = make_user("ada")
    ada.set_password("analytical engine of 1837")
    ada.save()
    session = make_session(ada)
    address = f"/admin/accounts/user/{ada.pk}/password/"
    page = root.get(address).text
    assert "Login with a password" in page
    assert "Single Sign-On" not in page
    assert "Password-based authentication" not in page
    assert (
        root.post(address, {"usable_password": "false", "unset-password": "1"}).status_code == 302
    )
    ada.refresh_from_db()
    session.refresh_from_db()
    assert not ada.has_usable_password()
    assert session.auth_hash != ada.get_session_auth_hash()
    event = AuthEvent.objects.filter(event="password_change").latest("id")
    assert (event.user_id, event.actor and event.actor.get_username()) == (ada.pk, "root")
