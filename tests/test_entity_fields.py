"""Operations of one's own in GraphQL that answer rows of an entity."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core.exceptions import ImproperlyConfigured
from graphql import GraphQLObjectType, GraphQLSchema

from api_http.graphql import execution
from entity_api import entity_field
from tests.graph import ask, ask_data
from tests.policies import ALL, READ, call_as, make_user, write_policy
from tests.processes import ROOT
from tests.shop.models import Customer, Order

pytestmark = [pytest.mark.django_db]
OWN = 'view = "own"\nsearch = "own"'


@pytest.fixture(autouse=True)
def served(monkeypatch: pytest.MonkeyPatch) -> None:
    """The fields of the documents' example."""
    text = (ROOT / "docs" / "graphql.md").read_text(encoding="utf-8")
    [code] = re.findall(r"```python\n(from entity_api .*?)```", text, re.DOTALL)
    names: dict[str, Any] = {"Order": Order}
    exec(code, names)  # noqa: S102 (our own document)
    schema = GraphQLSchema(GraphQLObjectType("Query", names["queries"]))
    monkeypatch.setattr(execution, "load_schema", lambda: schema)


@pytest.fixture(autouse=True)
def orders() -> None:
    mine = Customer.objects.create(first_name="Ada", owner=make_user("ada", "user"))
    foreign = Customer.objects.create(first_name="Eve", email="eve@example.org")
    Order.objects.create(quantity=10, customer=mine)
    Order.objects.create(quantity=11, customer=foreign)


def call_as_ada() -> Any:
    return call_as(Customer.objects.get(first_name="Ada").owner)


LATEST = "{ latestOrder { quantity customer { firstName orders { quantity } } } }"
LARGE = "{ largeOrders { quantity customer { firstName } } }"


def test_the_rows_have_their_links(policy: Callable[[str], Any]) -> None:
    policy(write_policy(ALL))
    customer = {"firstName": "Eve", "orders": [{"quantity": 11}]}
    expected = {"latestOrder": {"quantity": 11, "customer": customer}}
    assert ask_data(call_as_ada(), LATEST) == expected


def test_the_permissions_hide_rows(policy: Callable[[str], Any]) -> None:
    policy(write_policy(ALL, Order=OWN))
    client = call_as_ada()
    assert ask_data(client, LATEST) == {"latestOrder": None}
    expected = [{"quantity": 10, "customer": {"firstName": "Ada"}}]
    assert ask_data(client, LARGE) == {"largeOrders": expected}
    policy(write_policy(ALL, Order=""))
    assert ask_data(client, LARGE) == {"largeOrders": []}
    assert ask_data(call_as(), LATEST) == {"latestOrder": None}


def test_the_permissions_hide_fields(policy: Callable[[str], Any]) -> None:
    policy(write_policy(ALL, Order=f'{READ}\nfields.view.quantity = ["admin"]'))
    assert ask(call_as_ada(), LATEST)["data"]["latestOrder"]["quantity"] is None


def test_there_may_be_no_row(policy: Callable[[str], Any]) -> None:
    policy(write_policy(ALL))
    Order.objects.all().delete()
    assert ask_data(call_as_ada(), LATEST) == {"latestOrder": None}


def test_a_model_that_is_not_served_is_refused() -> None:
    with pytest.raises(ImproperlyConfigured, match="No router serves Group"):
        entity_field(Group, lambda _, info: None)
