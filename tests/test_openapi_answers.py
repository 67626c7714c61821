"""Requests made up from the OpenAPI document: every answer is one that the document promises, and
none is a fault.
"""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, settings
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks

from api_http.request import TolerantRequest
from tests.conftest import add_user, make_basic_header
from tests.shop.models import Address, Customer, Order, Product
from tests.test_openapi import DOCUMENT

CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]


schema = schemathesis.openapi.from_dict(DOCUMENT)
# Like config.wsgi, whose import looks at the database.
application = WSGIHandler()
application.request_class = TolerantRequest
schema.app = application


@pytest.fixture
def one_connection() -> Iterator[None]:
    """Keep the requests in the test's transaction, as Django's own test client does."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


@pytest.fixture
def headers(db: None, one_connection: None, settings: Any) -> dict[str, str]:
    """Credentials that cost little to check; the real hash would be most of the time."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    add_user("root", "root", "admin")
    return {"Authorization": make_basic_header("root", "root")}


@pytest.fixture
def ids(db: None) -> dict[str, str]:
    customer = Customer.objects.create(address=Address.objects.create())
    order = Order.objects.create(customer=customer, product=Product.objects.create())
    rows = {
        "addresses": customer.address,
        "customers": customer,
        "orders": order,
        "products": order.product,
    }
    return {name: str(row.pk) for name, row in rows.items() if row} | {
        "users": str(add_user("ada", None, "user").pk)
    }


@schema.parametrize()
@settings(
    max_examples=8,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_every_answer_is_as_described(
    case: Case[Any], headers: dict[str, str], ids: dict[str, str]
) -> None:
    if "id" in case.path_parameters:
        case.path_parameters["id"] = ids.get(case.path.split("/")[2], case.path_parameters["id"])
    answer = case.call(headers=headers)
    case.validate_response(answer, checks=CHECKS)
    assert answer.status_code != 500
