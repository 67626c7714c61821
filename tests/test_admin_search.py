"""The search of a list reads a bounded number of rows, or finds all rows by an index."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib import admin
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from api_http import admin_search
from entity_api.description.indexes import TextIndex
from tests.environment import require
from tests.policies import make_user
from tests.shop.models import Customer, Order

pytestmark = pytest.mark.django_db
CUSTOMERS, ORDERS = "/admin/shop/customer/", "/admin/shop/order/"
CUT = "The search looked at the newest 3 customers."
TEXTS = ("email", "first_name", "last_name", "phone")
INDEX = TextIndex(*TEXTS, name="customer_text")


@pytest.fixture
def root() -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(make_user("root", "admin", is_staff=True, is_superuser=True))
    return client


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(admin_search, "MOST_SEARCHED", 3)


def add(*names: str) -> None:
    for name in names:
        Customer.objects.create(first_name=name)


def find(client: Client, address: str) -> list[str]:
    page = client.get(address)
    assert page.status_code == 200, page.status_code
    return [str(row) for row in page.context["cl"].result_list]


def test_the_newest_rows_are_searched_and_the_page_says_so(root: Client, few: None) -> None:
    add("Ada 1", "Ada 2", "Eve", "Ada 3", "Eve")
    page = root.get(f"{CUSTOMERS}?q=Ada")
    assert [str(row) for row in page.context["cl"].result_list] == ["Ada 3"]
    assert CUT in page.text
    assert '<a href="?all=&amp;q=Ada">Search all</a>' in page.text


def test_all_rows_are_searched_when_asked_for(root: Client, few: None) -> None:
    add("Ada 1", "Eve", "Eve", "Eve")
    assert find(root, f"{CUSTOMERS}?q=Ada&all=") == ["Ada 1"]
    assert CUT not in root.get(f"{CUSTOMERS}?q=Ada&all=").text


def test_few_rows_are_searched_whole(root: Client, few: None) -> None:
    add("Ada 1", "Eve", "Eve")
    assert find(root, f"{CUSTOMERS}?q=Ada") == ["Ada 1"]
    assert CUT not in root.get(f"{CUSTOMERS}?q=Ada").text


def test_filters_come_before_the_search(root: Client, few: None) -> None:
    add("Ada 1", "Eve", "Eve", "Eve")
    assert find(root, f"{CUSTOMERS}?q=Ada&first_name__startswith=Ada") == ["Ada 1"]


def test_a_field_for_a_link_finds_older_rows(root: Client, few: None) -> None:
    add("Ada 1", "Eve", "Eve", "Eve")
    asked = {"app_label": "shop", "model_name": "order", "field_name": "customer", "term": "Ada"}
    answer = root.get("/admin/autocomplete/", asked).json()
    assert [each["text"] for each in answer["results"]] == ["Ada 1"]


def test_an_export_has_all_that_is_found(root: Client, few: None) -> None:
    add("Ada 1", "Eve", "Eve", "Eve")
    page = root.post(f"{CUSTOMERS}export/?q=Ada", {"format": "0", "resource": ""})
    assert "Ada 1" in b"".join(page).decode() if page.streaming else page.text


def test_a_search_that_finds_none_reads_the_rows_once(root: Client) -> None:
    add("Eve")
    with CaptureQueriesContext(connection) as queries:
        root.get(f"{CUSTOMERS}?q=nobody")
    assert len([each for each in queries if "NOBODY" in each["sql"].upper()]) == 1


def test_a_plain_list_has_no_link_to_all_rows(root: Client) -> None:
    add("Ada", "Eve")
    assert "Show all" not in root.get(CUSTOMERS).text
    assert "Show all" in root.get(f"{CUSTOMERS}?q=Ada").text


@pytest.mark.django_db(transaction=True)
def test_a_search_that_the_database_ends_names_the_remedy(
    root: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite ends no statement.")
    add("Ada")
    page: Any = admin.site.get_model_admin(Customer)
    slow = Customer.objects.extra(where=["pg_sleep(9) IS NOT NULL"])
    monkeypatch.setattr(page, "get_queryset", lambda request: slow)
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 100")
        answer = root.get(f"{CUSTOMERS}?q=Ada")
        cursor.execute("RESET statement_timeout")
    monkeypatch.undo()
    assert answer["Location"] == f"{CUSTOMERS}?e=1"
    assert "A TextIndex on the searched fields makes it fast." in root.get(CUSTOMERS).text


# With an index.


@pytest.fixture
def indexed(monkeypatch: pytest.MonkeyPatch) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("The index is of PostgreSQL.")
    with connection.cursor() as cursor:
        cursor.execute("SELECT FROM pg_available_extensions WHERE name = 'pg_trgm'")
        require(cursor.fetchall(), "PostgreSQL's extension pg_trgm")
    with connection.schema_editor() as editor:
        editor.execute(INDEX.create_sql(Customer, editor))
    monkeypatch.setattr(Customer._meta, "indexes", [*Customer._meta.indexes, INDEX])


def test_all_rows_are_searched_by_an_index(root: Client, few: None, indexed: None) -> None:
    add("Ada 1", "Eve", "Eve", "Eve")
    page = root.get(f"{CUSTOMERS}?q=Ada")
    assert [str(row) for row in page.context["cl"].result_list] == ["Ada 1"]
    assert explain(page.context["cl"].queryset).count("customer_text") == len(TEXTS)


def test_rows_are_found_by_the_index_of_a_linked_table(
    root: Client, few: None, indexed: None
) -> None:
    add("Ada")
    Order.objects.create(customer=Customer.objects.get())
    found = admin_search.find_by_index(Order.objects.all(), ["customer__first_name"], ["ada"])
    assert found.count() == 1
    assert "customer_text" in explain(found)


@pytest.mark.parametrize("word", ["Ad", "'a d'", "Ada d"])
def test_short_words_have_no_trigram(root: Client, few: None, indexed: None, word: str) -> None:
    add("Ada d", "Eve", "Eve", "Eve")
    assert find(root, f"{CUSTOMERS}?q={word}") == []


def test_the_key_is_found_by_its_beginning(root: Client, indexed: None) -> None:
    add("Ada", "Eve")
    key = str(Customer.objects.get(first_name="Ada").pk)
    for text in (key, key.upper(), key[:-1], key[:-1].replace("-", "")):
        assert find(root, f"{CUSTOMERS}?q={text}") == ["Ada"]
    assert find(root, f"{CUSTOMERS}?q={key}0") == []
    assert find(root, f"{CUSTOMERS}?q=zzz") == []


def explain(rows: Any) -> str:
    with connection.cursor() as cursor:
        # A table of few rows is read whole otherwise.
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_indexscan = off")
    return str(rows.order_by().explain())
