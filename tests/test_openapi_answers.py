"""Requests made up from the OpenAPI document: every answer is one that the document promises, and
none is a fault.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.strategies import DataObject, SearchStrategy, data, one_of

from api_http.request import TolerantRequest
from tests.conftest import add_user, make_basic_header
from tests.described import find_undescribed
from tests.shop.models import Address, Customer, Order, Product
from tests.test_openapi import DOCUMENT, OPERATIONS

# The import takes more than a second of CPU, and every worker of pytest collects this module.
if TYPE_CHECKING:
    from schemathesis import Case, CheckContext, Response
    from schemathesis.schemas import BaseSchema


def is_described(context: CheckContext, answer: Response, case: Case[Any]) -> None:
    """Hold that the document names the status, unless it is generic, and each header to read."""
    path = str(urlsplit(str(answer.request.url)).path)
    found = find_undescribed(DOCUMENT, case.method, path, answer.status_code, answer.headers)
    assert found == []


@pytest.fixture(scope="module")
def schema() -> BaseSchema:
    import schemathesis

    # Like config.wsgi, whose import looks at the database.
    application = WSGIHandler()
    application.request_class = TolerantRequest
    made = schemathesis.openapi.from_dict(DOCUMENT)
    made.app = application
    return made


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


@pytest.fixture
def cases(schema: BaseSchema, path: str, method: str) -> SearchStrategy[Case[Any]]:
    """Requests that are as the document says, and requests that break it."""
    from schemathesis.generation import GenerationMode

    operation = schema[path][method]
    return one_of([operation.as_strategy(generation_mode=mode) for mode in GenerationMode])


@pytest.mark.parametrize(
    ("method", "path"),
    [(method.upper(), path) for method, path, _ in OPERATIONS],
    ids=lambda word: word,
)
@given(draws=data())
@settings(
    max_examples=8,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_every_answer_is_as_described(
    path: str,
    draws: DataObject,
    cases: SearchStrategy[Case[Any]],
    headers: dict[str, str],
    ids: dict[str, str],
) -> None:
    case = draws.draw(cases)
    if "id" in case.path_parameters:
        case.path_parameters["id"] = ids.get(path.split("/")[2], case.path_parameters["id"])
    answer = case.call(headers=headers)
    validate(case, answer)
    assert answer.status_code != 500


def validate(case: Case[Any], answer: Response) -> None:
    from schemathesis.checks import not_a_server_error
    from schemathesis.specs.openapi import checks

    held = [
        not_a_server_error,
        checks.status_code_conformance,
        checks.content_type_conformance,
        checks.response_headers_conformance,
        checks.response_schema_conformance,
        is_described,
    ]
    case.validate_response(answer, checks=held)
