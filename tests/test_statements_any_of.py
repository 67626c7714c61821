"""Any number of values in one parameter of a statement."""

from uuid import uuid4

import pytest

from statements.any_of import AnyOf
from statements.statement import Statement
from tests.shop.models import Address, Customer

pytestmark = pytest.mark.django_db


def test_it_finds_the_rows_of_the_values_of_each_time() -> None:
    rows = Customer.objects.bulk_create(Customer() for _ in range(3))
    statement = Statement(
        Customer.objects.filter(AnyOf("pk", Customer._meta.pk, "ids")).values_list("id")
    )
    for given in (rows[:1], rows[1:], []):
        assert {key for (key,) in statement.fetch(ids=[row.pk for row in given])} == {
            row.pk for row in given
        }


def test_there_may_be_more_values_than_parameters_of_a_query() -> None:
    address = Address.objects.create()
    Customer.objects.bulk_create([Customer(address=address), Customer()])
    found = Customer.objects.filter(AnyOf("address", Address._meta.pk, "ids")).values_list(
        "address"
    )
    ids = [address.pk, *(uuid4() for _ in range(70_000))]
    assert [tuple(row) for row in Statement(found).fetch(ids=ids)] == [(address.pk,)]
