"""Each operator on each kind of field, by example; the naive model covers their combinations."""
# ruff: noqa: RUF001

from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from tests.rest import find_pointers
from tests.shop.models import Address, Customer, Order, Product

EARLY, LATE = "2026-01-31T12:00:00Z", "2026-01-31T12:00:00.001Z"


@pytest.fixture
def names(rest: APIClient) -> Any:
    """Find the first names of the customers that meet a condition on them."""

    def find(condition: str, value: str, mode: str = "default") -> list[str]:
        query = urlencode({f"where[firstName]{condition}": value, "where[firstName][mode]": mode})
        return [row["firstName"] for row in rest.get(f"/api/customers?{query}").json()]

    return find


def store_names(*texts: str | None) -> None:
    Customer.objects.bulk_create(Customer(first_name=text) for text in texts)


@pytest.mark.parametrize(
    "literal",
    ["%", "_", "*", "?", "[", "]", "[a]", "[^a]", "\\", "\\%", "'", '"', "+", "&", "#", ";"],
)
@pytest.mark.parametrize("mode", ["default", "insensitive"])
def test_a_pattern_character_stands_for_itself(names: Any, literal: str, mode: str) -> None:
    store_names(f"x{literal}y", f"{literal}y", f"x{literal}", "xay", "xy", "", None)
    assert set(names("[contains]", literal, mode)) == {f"x{literal}y", f"{literal}y", f"x{literal}"}
    assert names("[startsWith]", literal, mode) == [f"{literal}y"]
    assert names("[endsWith]", literal, mode) == [f"x{literal}"]
    assert names("[equals]", f"x{literal}y", mode) == [f"x{literal}y"]


@pytest.mark.parametrize(
    ("stored", "asked", "same"),
    [
        ("ada", "ADA", True),
        ("É", "é", True),
        ("Łódź", "łÓDŹ", True),
        ("σ", "ς", True),
        ("ı", "i", True),
        ("ſ", "s", True),
        ("İ", "i", False),
        ("ß", "ss", False),
        ("ß", "ẞ", False),
        ("\u212a", "k", False),
        ("e\u0301", "é", False),
    ],
)
def test_case_folds_letter_by_letter(names: Any, stored: str, asked: str, same: bool) -> None:  # noqa: FBT001
    store_names(f"x{stored}y")
    for condition, value in (
        ("[equals]", f"x{asked}y"),
        ("[contains]", asked),
        ("[startsWith]", f"X{asked}"),
    ):
        assert bool(names(condition, value, "insensitive")) is same
        assert names(condition, value) == []


@pytest.mark.parametrize("mode", ["default", "insensitive"])
@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ("[equals]", ["b"]),
        ("[not]", ["a", "c", ""]),
        ("[in]", ["b"]),
        ("[notIn]", ["a", "c", ""]),
        ("[lt]", ["a", ""]),
        ("[lte]", ["a", "b", ""]),
        ("[gt]", ["c"]),
        ("[gte]", ["b", "c"]),
    ],
)
def test_null_meets_no_condition(names: Any, condition: str, found: list[str], mode: str) -> None:
    store_names("a", "b", "c", "", None)
    assert names(condition, "b", mode) == found


def test_an_empty_text_is_in_every_text(names: Any) -> None:
    store_names("a", "", None)
    for word in ("contains", "startsWith", "endsWith"):
        assert names(f"[{word}]", "") == names(f"[{word}]", "", "insensitive") == ["a", ""]
    assert names("[equals]", "") == [""]


def find(rest: APIClient, entity: str, query: str) -> list[Any]:
    response = rest.get(f"/api/{entity}?{query}&orderBy[id]=asc")
    assert response.status_code == 200, response.content
    return list(response.json())


@pytest.mark.parametrize(
    ("condition", "quantities"),
    [
        ("=2", [2]),
        ("[equals]=2.0", [2]),
        ("[equals]=2e0", [2]),
        ("[not]=2", [1, 3]),
        ("[in]=2&where[quantity][in]=3", [2, 3]),
        ("[notIn]=2", [1, 3]),
        ("[lt]=2", [1]),
        ("[lte]=2", [1, 2]),
        ("[gt]=2", [3]),
        ("[gte]=2", [2, 3]),
        ("[gt]=1&where[quantity][lt]=3", [2]),
        ("[gt]=-2147483648", [1, 2, 3]),
        ("[lt]=2147483647", [1, 2, 3]),
    ],
)
def test_integers(rest: APIClient, condition: str, quantities: list[int]) -> None:
    Order.objects.bulk_create(Order(quantity=number) for number in (1, 2, 3, None))
    assert [
        row["quantity"] for row in find(rest, "orders", f"where[quantity]{condition}")
    ] == quantities


@pytest.mark.parametrize(
    ("condition", "prices"),
    [
        ("=0.1", [0.1]),
        ("[gt]=0.1", [1e308]),
        ("[lte]=1e308", [0.1, 1e308]),
        ("[not]=1e-1", [1e308]),
        ("[lt]=-0.0", []),
    ],
)
def test_floats(rest: APIClient, condition: str, prices: list[float]) -> None:
    Product.objects.bulk_create(Product(item_price=number) for number in (0.1, 1e308, None))
    assert [
        row["itemPrice"] for row in find(rest, "products", f"where[itemPrice]{condition}")
    ] == prices


@pytest.mark.parametrize(
    ("condition", "count"),
    [
        (f"={EARLY}", 1),
        ("=2026-01-31T13:00:00%2B01:00", 1),
        ("=2026-01-31T12:00:00", 1),
        (f"[not]={EARLY}", 1),
        (f"[in]={EARLY}&where[createdAt][in]={LATE}", 2),
        (f"[gt]={EARLY}", 1),
        (f"[lt]={LATE}", 1),
        ("[gt]=2026-01-31", 2),
        ("[gte]=0001-01-01T00:00:00Z", 2),
        ("[lte]=9999-12-31T23:59:59.999999Z", 2),
    ],
)
def test_moments(rest: APIClient, condition: str, count: int) -> None:
    Product.objects.bulk_create([Product(), Product()])
    for product, microsecond in zip(Product.objects.all(), (0, 1000), strict=True):
        moment = datetime(2026, 1, 31, 12, 0, 0, microsecond, UTC)
        Product.objects.filter(pk=product.pk).update(created_at=moment)
    assert len(find(rest, "products", f"where[createdAt]{condition}")) == count


def test_what_was_answered_can_be_asked_for(rest: APIClient) -> None:
    made = rest.post("/api/products", {}).json()
    for name in ("id", "createdAt", "updatedAt"):
        assert find(rest, "products", urlencode({f"where[{name}]": made[name]})) == [made]


@pytest.mark.parametrize(
    ("condition", "found"),
    [("=false", 1), ("[not]=false", 1), ("[in]=true&where[isActive][in]=false", 2)],
)
def test_booleans(rest: APIClient, condition: str, found: int) -> None:
    User.objects.create(username="idle", is_active=False)
    assert len(find(rest, "users", f"where[isActive]{condition}")) == found


def test_ids(rest: APIClient) -> None:
    one, two = (rest.post("/api/products", {}).json()["id"] for _ in range(2))
    for condition, ids in (
        (f"={one.upper()}", [one]),
        (f"[in]={one}&where[id][in]=nothing", [one]),
        (f"[not]={one}", [two]),
        ("[not]=nothing", [one, two]),
        (f"[notIn]={two}&where[id][notIn]=nothing", [one]),
        (f"[gt]={one}", [two]),
        (f"[startsWith]={two[:36].upper()}", [two]),
        (f"[contains]={one[8:36]}&where[id][mode]=insensitive", [one]),
        (f"[endsWith]={one.replace('-', '')}", []),
        ("[startsWith]=-", []),
        ("=nothing", []),
    ):
        assert [row["id"] for row in find(rest, "products", f"where[id]{condition}")] == ids, (
            condition
        )


def test_links(rest: APIClient) -> None:
    near, far = Address.objects.create(city="near"), Address.objects.create(city="far")
    ada, bob = (Customer.objects.create(first_name=name, address=near) for name in ("ada", "bob"))
    Order.objects.bulk_create(Order(customer=ada, quantity=number) for number in (1, 5, None))
    for entity, query, ids in (
        ("customers", f"where[address][id]={str(near.pk).upper()}", [ada, bob]),
        ("customers", "where[address][id]=nothing", []),
        ("customers", "where[orders][some][quantity][gt]=3", [ada]),
        ("customers", "where[orders][every][quantity][gt]=0", [bob]),
        ("customers", "where[orders][none][quantity]=7", [ada, bob]),
        ("customers", "where[orders][some][quantity]=1&where[orders][none][quantity]=5", []),
        ("addresses", "where[customers][some][orders][some][quantity]=5", [near]),
        ("addresses", "where[customers][none][orders][some][quantity]=5", [far]),
        ("addresses", "where[customers][every][orders][none][quantity]=5", [far]),
    ):
        assert [row["id"] for row in find(rest, entity, query)] == [str(row.pk) for row in ids], (
            query
        )


@pytest.mark.parametrize(
    ("entity", "query", "pointer"),
    [
        ("customers", "where[foo]=1", "#/where/foo"),
        ("customers", "where[first_name]=1", "#/where/first_name"),
        ("customers", "where[address__customers]=1", "#/where/address__customers"),
        ("customers", "where[__class__]=1", "#/where/__class__"),
        ("customers", "where[pk]=1", "#/where/pk"),
        ("customers", "where[owner]=1", "#/where/owner"),
        ("customers", "where[firstName__contains]=1", "#/where/firstName__contains"),
        ("customers", "where[firstName][regex]=1", "#/where/firstName/regex"),
        ("customers", "where[firstName][exact_contains]=1", "#/where/firstName/exact_contains"),
        ("customers", "where[firstName][isnull]=1", "#/where/firstName/isnull"),
        (
            "customers",
            "where[firstName][mode]=other&where[firstName][contains]=a",
            "#/where/firstName/mode",
        ),
        ("customers", "where[address]=1", "#/where/address"),
        ("customers", "where[address][foo]=1", "#/where/address/foo"),
        ("customers", "where[address][zip]=x", "#/where/address/zip/equals"),
        ("customers", "where[address][id]=%00", "#/where/address/id"),
        ("customers", "where[address][customers]=1", "#/where/address/customers"),
        ("orders", "where[customer][owner][id]=1", "#/where/customer/owner"),
        ("customers", "where[orders]=1", "#/where/orders"),
        ("customers", "where[orders][id]=1", "#/where/orders/id"),
        ("customers", "where[orders][some]=1", "#/where/orders/some"),
        ("customers", "where[orders][some][foo]=1", "#/where/orders/some/foo"),
        ("customers", "where=1", "#/where"),
        ("customers", "where[]=1", "#/where"),
        ("customers", "where[and][firstName]=1", "#/where/and"),
        ("customers", "where[id][gt]=1", "#/where/id/gt"),
        ("customers", "where[id][foo]=1", "#/where/id/foo"),
        ("customers", "where[firstName]=%00", "#/where/firstName/equals"),
        ("customers", f"where[firstName]={'x' * 10_001}", "#/where/firstName/equals"),
        ("orders", "where[quantity]=x", "#/where/quantity/equals"),
        ("orders", "where[quantity]=", "#/where/quantity/equals"),
        ("orders", "where[quantity]=1.5", "#/where/quantity/equals"),
        ("orders", "where[quantity]=2147483648", "#/where/quantity/equals"),
        ("orders", "where[quantity][in]=1&where[quantity][in]=x", "#/where/quantity/in/1"),
        ("orders", "where[quantity][contains]=1", "#/where/quantity/contains"),
        ("orders", "where[quantity][mode]=default", "#/where/quantity/mode"),
        ("orders", "where[quantity]=٣", "#/where/quantity/equals"),
        ("orders", "where[quantity]=1_0", "#/where/quantity/equals"),
        ("orders", "where[discount]=NaN", "#/where/discount/equals"),
        ("orders", "where[discount]=inf", "#/where/discount/equals"),
        ("orders", "where[discount]=1e309", "#/where/discount/equals"),
        ("orders", f"where[discount]={'9' * 5_000}", "#/where/discount/equals"),
        ("orders", "where[createdAt]=x", "#/where/createdAt/equals"),
        ("orders", "where[createdAt]=2026-02-30", "#/where/createdAt/equals"),
        ("orders", "where[createdAt]=0001-01-01T00:00:00%2B01:00", "#/where/createdAt/equals"),
        ("orders", "where[createdAt]=9999-12-31T23:59:59-01:00", "#/where/createdAt/equals"),
        ("orders", "where[createdAt]=99999-01-01", "#/where/createdAt/equals"),
        ("orders", "where[createdAt][contains]=2026", "#/where/createdAt/contains"),
        ("users", "where[isActive]=yes", "#/where/isActive/equals"),
        ("users", "where[isActive][gt]=true", "#/where/isActive/gt"),
        ("users", "where[roles]=admin", "#/where/roles"),
    ],
)
def test_a_wrong_condition_is_refused(
    rest: APIClient, entity: str, query: str, pointer: str
) -> None:
    assert find_pointers(rest.get(f"/api/{entity}?{query}")) == [pointer]
