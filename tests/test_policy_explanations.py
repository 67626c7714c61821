"""Which rule decided: told to whoever develops, in every refusal; in production to nobody."""

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from auth_core.policy.explanation import explain
from tests.policies import ALL, call_as, make_user, write_policy
from tests.rest import MISSING, assert_problem
from tests.shop.models import Customer, Order

pytestmark = pytest.mark.django_db
Write = Callable[[str], Any]
HEAD = 'roles = ["admin", "user"]\n'


@pytest.fixture
def ada() -> Any:
    return make_user("ada", "user")


@pytest.fixture
def foreign() -> Customer:
    return Customer.objects.create()


@pytest.fixture
def debug(settings: Any) -> None:
    settings.DEBUG = True


def read_explanation(response: Any, status: int) -> str:
    assert response.status_code == status, response.content
    return str(response.json()["explanation"])


@pytest.mark.usefixtures("debug")
def test_a_refusal_quotes_the_rule_with_its_file_and_line(
    policy: Write, ada: Any, foreign: Customer
) -> None:
    path = policy(HEAD + '[Customer]\nview = "all"\ndelete = ["admin"]\n')
    address = f"/api/customers/{foreign.pk}"
    rule = f'{path.name}, line 4: [Customer] delete = ["admin"]'
    assert read_explanation(call_as(ada).delete(address), 403) == rule
    assert read_explanation(APIClient().delete(address), 401) == rule
    assert (
        read_explanation(APIClient(headers={"Authorization": "Bearer x"}).delete(address), 401)
        == rule
    )


@pytest.mark.usefixtures("debug")
def test_a_refused_list_quotes_what_closed_it(policy: Write, ada: Any) -> None:
    path = policy(HEAD + '[Customer]\nsearch = "all"\n[Order]\nview = ["admin"]\nsearch = "all"\n')
    assert read_explanation(call_as(ada).get("/api/customers"), 403) == (
        f"{path.name}, line 2: [Customer] does not name view"
    )
    assert (
        read_explanation(call_as(ada).get("/api/orders"), 403)
        == f'{path.name}, line 5: [Order] view = ["admin"]'
    )
    assert read_explanation(call_as(ada).get("/api/products"), 403) == (
        f"{path.name}, line 1: there is no section [Product]"
    )


@pytest.mark.usefixtures("debug")
def test_a_refused_field_quotes_its_rule(policy: Write, ada: Any, foreign: Customer) -> None:
    path = policy(
        write_policy(
            ALL, Customer=ALL + '\nfields.update.email = ["admin"]\nfields.view.orders = []'
        )
    )
    lines = path.read_text().splitlines()
    line = lines.index('fields.update.email = ["admin"]') + 1
    response = call_as(ada).patch(f"/api/customers/{foreign.pk}", {"email": None})
    assert (
        read_explanation(response, 403)
        == f'{path.name}, line {line}: [Customer] fields.update.email = ["admin"]'
    )
    response = call_as(ada).get(f"/api/customers/{foreign.pk}/orders")
    assert (
        read_explanation(response, 403)
        == f"{path.name}, line {line + 1}: [Customer] fields.view.orders = []"
    )


@pytest.mark.usefixtures("debug")
def test_a_row_out_of_reach_quotes_the_rule_whether_it_is_there_or_not(
    policy: Write, ada: Any, foreign: Customer
) -> None:
    path = policy(HEAD + '[Customer]\nview = "own"\n')
    for key in (foreign.pk, MISSING):
        response = call_as(ada).get(f"/api/customers/{key}")
        assert read_explanation(response, 404) == f'{path.name}, line 3: [Customer] view = "own"'


@pytest.mark.usefixtures("debug")
def test_a_result_out_of_reach_quotes_the_rule(policy: Write, ada: Any, foreign: Customer) -> None:
    path = policy(write_policy(ALL, Order=ALL.replace('create = "all"', 'create = "own"')))
    response = call_as(ada).post("/api/orders", {"customer": {"id": str(foreign.pk)}})
    assert f"{path.name}, line " in read_explanation(response, 403)
    assert read_explanation(response, 403).endswith('[Order] create = "own"')
    assert not Order.objects.exists()


@pytest.mark.usefixtures("debug")
def test_what_is_not_refused_by_a_rule_quotes_none(policy: Write, ada: Any) -> None:
    policy(write_policy(ALL))
    assert "explanation" not in assert_problem(call_as(ada).get(f"/api/customers/{MISSING}"), 404)


@pytest.mark.usefixtures("debug")
def test_graphql_quotes_the_rule_among_its_extensions(
    policy: Write, ada: Any, foreign: Customer
) -> None:
    path = policy(
        HEAD + '[Customer]\nview = "all"\ndelete = ["admin"]\nfields.view.createdAt = ["admin"]\n'
    )
    where = f'where: {{id: "{foreign.pk}"}}'
    asked = {
        f"mutation {{ deleteCustomer({where}) {{ id }} }}": 'line 4: [Customer] delete = ["admin"]',
        f"{{ customer({where}) {{ createdAt }} }}": 'line 5: [Customer] fields.view.createdAt = ["admin"]',
    }
    for query, rule in asked.items():
        [error] = call_as(ada).post("/graphql", {"query": query}).json()["errors"]
        assert error["extensions"] == {"code": "FORBIDDEN", "explanation": f"{path.name}, {rule}"}


def test_production_tells_nobody(policy: Write, ada: Any, foreign: Customer) -> None:
    policy(write_policy(Customer='view = "own"\nupdate = "all"\nfields.update.email = []'))
    client, address = call_as(ada), f"/api/customers/{foreign.pk}"
    for response in (
        client.get(address),
        client.delete(address),
        APIClient().get(address),
        client.patch(address, {"email": None}),
    ):
        assert "explanation" not in assert_problem(response, 401, 403, 404)


@pytest.mark.parametrize(
    ("roles", "action", "field", "rule"),
    [
        ({"user"}, "view", None, 'line 3: [Customer] view = "all"'),
        ({"user"}, "search", None, 'line 4: [Customer] search = ["admin", "own"]'),
        ({"admin"}, "search", None, 'line 4: [Customer] search = ["admin", "own"]'),
        (None, "view", None, 'line 3: [Customer] view = "all"'),
        ({"user"}, "update", None, "line 2: [Customer] does not name update"),
        ({"user"}, "update", "email", "line 2: [Customer] does not name update"),
        ({"user"}, "view", "email", 'line 5: [Customer] fields.view.email = ["admin"]'),
        ({"admin"}, "view", "email", 'line 5: [Customer] fields.view.email = ["admin"]'),
        ({"user"}, "search", "email", 'line 5: [Customer] fields.view.email = ["admin"]'),
        ({"user"}, "search", "phone", "line 6: [Customer] fields.search.phone = []"),
        ({"user"}, "view", "phone", 'line 3: [Customer] view = "all"'),
    ],
)
def test_the_narrowest_rule_decides(
    policy: Write, roles: set[str] | None, action: str, field: str | None, rule: str
) -> None:
    policy(
        HEAD + '[Customer]\nview = "all"\nsearch = ["admin", "own"]\n'
        'fields.view.email = ["admin"]\nfields.search.phone = []\n'
    )
    known = None if roles is None else frozenset(roles)
    assert explain(known, "Customer", action, field).partition(", ")[2] == rule


def test_a_faulty_file_explains_itself(policy: Write) -> None:
    path = policy('roles = ["admin"]\n[Customer]\nview = "each"\n')
    assert explain(None, "Customer", "view").startswith(
        f"{path.name} cannot be used: line 3, Customer.view"
    )
