"""Staff save the filters, the search and the order of a list of the admin under a name."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.contrib import admin
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.saved_filters import MOST_OWN, SavedFilter
from tests.policies import ALL, READ, call_as, make_user, write_policy
from tests.shop.models import Customer

pytestmark = pytest.mark.django_db
Write = Callable[[str], Any]
CUSTOMERS = "/admin/shop/customer/"
SAVE = "/admin/saved-filters/shop/customer/"


def log_in(user: Any) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(user)
    return client


@pytest.fixture
def root() -> Any:
    return make_user("root", "admin", is_staff=True, is_superuser=True)


@pytest.fixture
def ada(policy: Write) -> Any:
    policy(write_policy(READ))
    return make_user("ada", "user", is_staff=True)


def read_form(page: str, action: str) -> dict[str, str]:
    """Return the fields of the form that a page of the admin sends to an address."""
    [form] = re.findall(rf'action="{action}">(.*?)</form>', page, re.DOTALL)
    fields = re.findall(r'name="(query|order|back|name)"[^>]* value="([^"]*)"', form)
    return {name: unescape(value) for name, value in fields}


def save(client: Client, query: str, name: str = "Mine", **values: str) -> Any:
    """Save the filters of a list as the form on its page does."""
    page = client.get(f"{CUSTOMERS}?{query}").text
    return client.post(SAVE, {**read_form(page, SAVE), "name": name, **values})


def list_links(client: Client, address: str = CUSTOMERS) -> dict[str, str]:
    """Return the links to saved filters on a page, by their names."""
    nav = client.get(address).text.partition('aria-label="Saved filters"')[2].partition("</nav>")[0]
    found = re.findall(r'<a href="([^"]*)"[^>]*>(.*?)</a>', nav)
    return {re.sub(r" ?<.*", "", name): unescape(link) for link, name in found}


def list_shown(client: Client, address: str) -> list[str]:
    page = client.get(address)
    assert page.status_code == 200
    return [row.email for row in page.context["cl"].result_list]


def test_a_saved_filter_opens_the_list_as_it_was(root: Any) -> None:
    Customer.objects.bulk_create(Customer(email=name) for name in ("Ada", "Adam", "Eve"))
    client = log_in(root)
    number = client.get(CUSTOMERS).context["cl"].list_display.index("email")
    answer = save(client, f"q=Ada&address__isempty=1&o=-{number}&p=1")
    assert answer["Location"].startswith(f"{CUSTOMERS}?q=Ada")
    assert list_shown(client, CUSTOMERS + list_links(client)["Mine"]) == ["Adam", "Ada"]


def test_a_list_without_filters_offers_nothing_to_save(root: Any) -> None:
    client = log_in(root)
    assert SAVE not in client.get(CUSTOMERS).text
    assert SAVE not in client.get(f"{CUSTOMERS}?p=1&all=").text
    assert SAVE not in client.get(f"{CUSTOMERS}?q=Ada&_popup=1").text


def test_the_same_name_takes_the_new_filters(root: Any) -> None:
    client = log_in(root)
    save(client, "q=Ada")
    save(client, "q=Eve")
    assert list_links(client) == {"Mine": "?q=Eve"}


def test_others_see_a_filter_only_when_it_is_shared(root: Any, ada: Any) -> None:
    save(log_in(root), "q=Ada", "Kept")
    save(log_in(root), "q=Eve", "Given", is_shared="on")
    assert list_links(log_in(ada)) == {"Given": "?q=Eve"}
    assert "saved_filter_change" not in log_in(ada).get(CUSTOMERS).text


def test_a_shared_filter_on_a_hidden_field_is_not_offered(
    root: Any, ada: Any, policy: Write
) -> None:
    save(log_in(root), "email=ada@example.org", is_shared="on")
    assert list(list_links(log_in(ada))) == ["Mine"]
    policy(write_policy(READ, Customer=READ + '\nfields.view.email = ["admin"]'))
    assert list_links(log_in(ada)) == {}


def test_an_order_is_that_of_the_same_column_for_everybody(
    root: Any, ada: Any, policy: Write
) -> None:
    policy(write_policy(READ, Customer=READ + '\nfields.view.phone = ["admin"]'))
    number = log_in(root).get(CUSTOMERS).context["cl"].list_display.index("email")
    save(log_in(root), f"o=-{number}", is_shared="on")
    client = log_in(ada)
    columns = client.get(CUSTOMERS).context["cl"].list_display
    assert list_links(client) == {"Mine": f"?o=-{columns.index('email')}"}


def test_it_is_renamed_shared_and_deleted(root: Any) -> None:
    client = log_in(root)
    save(client, "q=Ada")
    row = SavedFilter.objects.get()
    address = f"/admin/saved-filters/{row.pk}/"
    assert read_form(client.get(CUSTOMERS).text, address)["name"] == "Mine"
    client.post(address, {"name": "Hers", "is_shared": "on"})
    row.refresh_from_db()
    assert (row.name, row.is_shared, row.query) == ("Hers", True, "q=Ada")
    client.post(address, {"delete": "yes"})
    assert not SavedFilter.objects.exists()


def test_a_name_that_is_taken_is_refused(root: Any) -> None:
    client = log_in(root)
    save(client, "q=Ada", "One")
    save(client, "q=Eve", "Two")
    row = SavedFilter.objects.get(name="Two")
    answer = client.post(f"/admin/saved-filters/{row.pk}/", {"name": "One"}, follow=True)
    assert "already" in answer.text
    assert SavedFilter.objects.filter(name="Two").exists()


@pytest.mark.parametrize("is_shared", [False, True])
def test_nobody_changes_the_filter_of_another(
    root: Any,
    ada: Any,
    is_shared: bool,  # noqa: FBT001
) -> None:
    row = SavedFilter.objects.create(
        owner=root, model="shop.customer", name="Hers", query="q=x", is_shared=is_shared
    )
    for values in ({"delete": "yes"}, {"name": "Taken"}):
        answer = log_in(ada).post(f"/admin/saved-filters/{row.pk}/", values)
        assert answer.status_code == 404
    row.refresh_from_db()
    assert row.name == "Hers"


def test_a_superuser_takes_a_shared_filter_away(root: Any, ada: Any) -> None:
    row = SavedFilter.objects.create(owner=ada, model="shop.customer", name="Hers", is_shared=True)
    address = f"/admin/saved-filters/{row.pk}/"
    assert address in log_in(root).get(CUSTOMERS).text
    log_in(root).post(address, {"delete": "yes"})
    assert not SavedFilter.objects.exists()


def test_a_list_keeps_a_bounded_number(root: Any) -> None:
    client = log_in(root)
    rows = (SavedFilter(owner=root, model="shop.customer", name=str(n)) for n in range(MOST_OWN))
    SavedFilter.objects.bulk_create(rows)
    client.post(SAVE, {"name": "More", "query": "q=x"})
    assert SavedFilter.objects.count() == MOST_OWN
    client.post(SAVE, {"name": "0", "query": "q=x"})
    assert SavedFilter.objects.get(name="0").query == "q=x"


@pytest.mark.parametrize(
    "values",
    [
        {"name": ""},
        {"name": " "},
        {"name": "x" * 61},
        {"name": "a\0b"},
        {"name": "x", "query": "q=" + "x" * 2000},
        {"name": "x", "query": "q=" + "é" * 1000},
        {"name": "x", "order": "email desc"},
        {"name": "x", "order": "email,\n"},
    ],
)
def test_a_bad_value_is_refused_and_nothing_is_saved(root: Any, values: dict[str, str]) -> None:
    answer = log_in(root).post(SAVE, {"query": "", **values, "back": "q=x\r\nSet-Cookie: a=b"})
    assert answer.status_code == 302
    assert answer["Location"].startswith(f"{CUSTOMERS}?q=x")
    assert not SavedFilter.objects.exists()


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("nowhere/customer", 404),
        ("shop/nothing", 404),
        ("sessions/session", 404),
        ("shop/a.b", 404),
        ("accounts/user", 403),
        (f"{10**30}", 404),
    ],
)
def test_a_list_that_the_person_may_not_open_keeps_none(
    ada: Any, policy: Write, path: str, status: int
) -> None:
    policy(write_policy(READ, User=""))
    answer = log_in(ada).post(f"/admin/saved-filters/{path}/", {"name": "x", "query": "q=x"})
    assert answer.status_code == status
    assert not SavedFilter.objects.exists()


def test_strangers_and_other_methods_are_refused(ada: Any) -> None:
    assert log_in(ada).get(SAVE).status_code == 405
    assert Client().post(SAVE, {"name": "x"})["Location"].startswith("/admin/login/")
    assert log_in(make_user("eve", "user")).post(SAVE, {"name": "x"}).status_code == 302
    assert Client(enforce_csrf_checks=True).post(SAVE, {"name": "x"}).status_code == 403
    assert not SavedFilter.objects.exists()


JUNK = (
    "nothing=1",
    "email__nothing=1",
    "owner__password__startswith=a",
    "address__city__regex=(",
    "id=junk",
    "created_at__gte=yesterday",
    "email=%00",
    "email__regex=(",
    "email__contains=" + "a" * 1900,
    "created_at__year=99999",
    "created_at__date=junk",
    "created_at__month=" + "9" * 30,
    "id__in=" + "a," * 500,
    "&".join(["email__contains=a"] * 110),
    "orders__quantity__gte=" + "9" * 40,
    "q=%00&first_name__in=" + "a," * 500,
    "&".join(f"a{n}=" for n in range(300)),
    "o=x.-9.99999999999&_to_field=password&_facets=1",
    "q=%ff%fe&%5B%5D=%F0%9F%94%91",
)


@pytest.mark.parametrize("junk", JUNK)
@pytest.mark.parametrize("name", ["root", "ada"])
def test_a_hostile_query_is_no_fault_of_the_service(
    root: Any, ada: Any, name: str, junk: str
) -> None:
    client = log_in({"root": root, "ada": ada}[name])
    SavedFilter.objects.create(
        owner=root, model="shop.customer", name="x", query=junk, is_shared=True
    )
    client.post(SAVE, {"name": "y", "query": junk[:2000]})
    assert client.get(CUSTOMERS).status_code == 200
    for link in list_links(client).values():
        assert client.get(CUSTOMERS + link, follow=True).status_code in (200, 400)
    assert client.get(f"{CUSTOMERS}?{junk}", follow=True).status_code in (200, 400)


def test_every_list_of_the_admin_has_them(root: Any) -> None:
    client = log_in(root)
    for model, page in admin.site._registry.items():
        options = model._meta
        address = f"/admin/{options.app_label}/{options.model_name}/"
        path = f"/admin/saved-filters/{options.app_label}/{options.model_name}/"
        query = "q=x" if page.search_fields else "o=1"
        assert path in client.get(f"{address}?{query}").text
        client.post(path, {"name": "Mine", "query": query})
        assert list_links(client, address), model


@pytest.mark.parametrize("by", ["admin", "api"])
def test_a_user_goes_with_their_filters(root: Any, ada: Any, policy: Write, by: str) -> None:
    policy(write_policy(ALL))
    SavedFilter.objects.create(owner=ada, model="shop.customer", name="x", is_shared=True)
    if by == "api":
        call_as(root).delete(f"/api/users/{ada.pk}")
    else:
        log_in(root).post(f"/admin/accounts/user/{ada.pk}/delete/", {"post": "yes"})
    assert not SavedFilter.objects.exists()
    assert not type(ada).objects.filter(pk=ada.pk).exists()


def test_they_cost_two_queries_however_many_they_are(root: Any) -> None:
    client = log_in(root)
    for number in range(10):
        with CaptureQueriesContext(connection) as queries:
            client.get(f"{CUSTOMERS}?q=x")
        read = [each["sql"] for each in queries if "accounts_savedfilter" in each["sql"]]
        assert len(read) == 2
        save(client, f"q={number}", str(number), is_shared="on")
