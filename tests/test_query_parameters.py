"""The forms in which a query string may be written, and the ones that are refused."""

import pytest
from rest_framework.test import APIClient

from tests.rest import assert_problem, find_pointers
from tests.shop.models import Order


@pytest.mark.parametrize(
    "query",
    [
        "where[quantity][in]=1&where[quantity][in]=3",
        "where[quantity][in][]=1&where[quantity][in][]=3",
        "where[quantity][in][0]=1&where[quantity][in][1]=3",
        "where[quantity][in][7]=3&where[quantity][in][5]=1",
        "where%5Bquantity%5D%5Bin%5D=1&where%5Bquantity%5D%5Bin%5D=3",
        "where%5bquantity%5d[in]%5b0%5D=1&where[quantity][in][1]=3",
        "&where[quantity][in]=1&&where[quantity][in]=3&",
        "where[quantity][gte]=1&where[quantity][not]=2",
        "where[quantity][notIn][0]=2",
    ],
)
def test_a_list_may_be_written_in_several_ways(rest: APIClient, query: str) -> None:
    Order.objects.bulk_create(Order(quantity=number) for number in (1, 2, 3))
    response = rest.get(f"/api/orders?{query}")
    assert [row["quantity"] for row in response.json()] == [1, 3]


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("foo=1", "#/foo"),
        ("foo", "#/foo"),
        ("=1", "#/"),
        ("__class__=1", "#/__class__"),
        ("format=json", "#/format"),
        ("access_token=x", "#/access_token"),
        ("Where[id]=x", "#/Where"),
        ("where[id=x", "#/where%5Bid"),
        ("where]id[=x", "#/where%5Did%5B"),
        ("[where][id]=x", "#/%5Bwhere%5D%5Bid%5D"),
        ("where[id]x=1", "#/where%5Bid%5Dx"),
        ("where[[id]]=1", "#/where%5B%5Bid%5D%5D"),
        ("take=1&take=1", "#/take"),
        ("take[x]=1", "#/take"),
        ("where[quantity]=1&where[quantity]=1", "#/where/quantity"),
        ("where[quantity]=1&where[quantity][gt]=0", "#/where/quantity/gt"),
        ("where[quantity][gt]=0&where[quantity]=1", "#/where/quantity"),
        ("where[quantity][in]=1&where[quantity][in][0]=1", "#/where/quantity/in/0"),
        ("where[quantity][in][0]=1&where[quantity][in][x]=1", "#/where/quantity/in/0"),
        ("a~b/c=1", "#/a~0b~1c"),
        ("é=1", "#/%C3%A9"),
        ("x" * 10_000, f"#/{'x' * 10_000}"),
        ("where" + "[orders][some]" * 30 + "[id]=1", None),
        ("where" + "[x]" * 1_000 + "=1", None),
        ("where" + "[" * 10_000 + "=1", None),
        ("&".join(f"where[quantity][in]={number}" for number in range(1_001)), None),
        ("&" * 1_001, None),
        ("%FF=1", "#"),
        ("where[id]=%FF", "#"),
        ("where[id]=%ED%A0%80", "#"),
        ("where[id]=\udcff", "#"),
    ],
)
def test_another_form_is_refused(rest: APIClient, query: str, pointer: str | None) -> None:
    raw = query.encode("utf-8", "surrogateescape").decode("latin-1")
    pointers = find_pointers(rest.get("/api/orders", QUERY_STRING=raw))
    assert len(pointers) == 1
    assert pointer in (None, pointers[0])


def test_as_many_values_as_there_may_be_are_read(rest: APIClient) -> None:
    query = "&".join(f"where[quantity][in]={number}" for number in range(1_000))
    assert rest.get(f"/api/orders?{query}").status_code == 200


@pytest.mark.parametrize("word", ["in", "notIn"])
def test_a_list_without_regard_to_case_is_shorter(rest: APIClient, word: str) -> None:
    query = "&".join(f"where[lastName][{word}]=é{number}" for number in range(100))
    assert rest.get(f"/api/customers?{query}&where[lastName][mode]=insensitive").status_code == 200
    query += f"&where[lastName][{word}]=x&where[lastName][mode]=insensitive"
    assert find_pointers(rest.get(f"/api/customers?{query}")) == [f"#/where/lastName/{word}"]


def test_a_thousand_conditions_are_answered(rest: APIClient) -> None:
    """As deep as SQLite's expressions may get from a thousand parameters."""
    texts = [
        f"[{name}][{word}]"
        for name in ("firstName", "lastName", "phone", "email")
        for word in ("in", "notIn")
    ]
    pairs = [f"where{text}={number}" for text in texts for number in range(100)]
    pairs += [
        f"where[{name}][mode]=insensitive" for name in ("firstName", "lastName", "phone", "email")
    ]
    assert rest.get(f"/api/customers?{'&'.join(pairs)}").status_code == 200
    nested = [
        pair.replace("where", f"where[customers][{word}]")
        for pair in pairs[:400]
        for word in ("some", "none")
    ]
    assert_problem(rest.get(f"/api/addresses?{'&'.join([*nested, *pairs])}"), 400)
    nested += [
        f"where[customers][{word}][{name}][mode]=insensitive"
        for name in ("firstName", "lastName")
        for word in ("some", "none")
    ]
    assert rest.get(f"/api/addresses?{'&'.join(nested)}").status_code == 200
