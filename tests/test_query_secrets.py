"""Withheld fields and hidden rows change no answer of a list, over links and combinations too."""

from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rest_framework.test import APIClient

from tests.policies import READ, call_as, make_user, write_policy
from tests.shop.models import Address, Customer, Order

pytestmark = pytest.mark.django_db
OWN = 'view = "own"\nsearch = "own"'
NAMES = st.sampled_from(["a", "b", None])
CONDITIONS = st.sampled_from(
    ["[customer][firstName]=a", "[customer][isNull]=true", "[customer][address][city]=a"]
)
WRAPPED = st.lists(st.sampled_from(["[NOT]", "[OR][0]", "[AND][0]"]), max_size=3).map("".join)
ORDERS = st.sampled_from(["[firstName]", "[address][city]", "[address][id]", "[id]"])


def ask(client: APIClient, query: str) -> Any:
    response = client.get(f"/api/orders?{query}&take=2", headers={"Prefer": "count=exact"})
    return (
        response.status_code,
        response.content,
        response.headers.get("Link"),
        *(response.headers.get(name) for name in ("X-Total-Count", "ETag")),
    )


@settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(NAMES, NAMES, WRAPPED, CONDITIONS, ORDERS, st.sampled_from([READ, OWN]), st.booleans())
def test_what_is_withheld_changes_no_answer(
    policy: Any,
    before: str | None,
    after: str | None,
    wrapped: str,
    condition: str,
    order: str,
    section: str,
    shows_city: bool,  # noqa: FBT001
) -> None:
    Order.objects.all().delete()
    Customer.objects.all().delete()
    user = make_user(uuid4().hex)
    city = "" if shows_city else "\nfields.view.city = []"
    policy(write_policy(READ, Customer=section, Address=READ + city))
    hidden = Address.objects.create(city="a" if shows_city else before)
    others = [Customer.objects.create(first_name=before, address=hidden) for _ in range(2)]
    mine = Customer.objects.create(first_name="b", owner=user, address=hidden)
    for customer in (*others, mine, None):
        Order.objects.create(customer=customer)
    query = f"where{wrapped}{condition}&orderBy[customer]{order}=asc"
    first = ask(call_as(user), query)
    if section is OWN:
        Customer.objects.filter(owner=None).update(first_name=after, address=None)
    if not shows_city:
        Address.objects.update(city=after)
    assert ask(call_as(user), query) == first
