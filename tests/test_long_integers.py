"""An integer that is longer than its column equals no other integer, also in binary form."""

import pytest
from django.db.models import Q

from statements.parameters import Parameter
from statements.statement import Statement
from tests.shop.models import Order

pytestmark = pytest.mark.django_db
SHORT, LONG = 3, 2**32 + 3
QUANTITY = Order._meta.get_field("quantity")


@pytest.mark.parametrize(
    "condition",
    [Q(quantity__in=[LONG]), Q(quantity=LONG), Q(quantity=Parameter("quantity", QUANTITY))],
)
def test_it_finds_no_row(condition: Q) -> None:
    Order.objects.create(quantity=SHORT)
    statement = Statement(Order.objects.filter(condition).values_list("quantity"))
    assert statement.fetch(quantity=LONG) == []


def test_every_row_is_greater_than_a_negative_one() -> None:
    Order.objects.create(quantity=SHORT)
    condition = Q(quantity__gt=Parameter("quantity", QUANTITY))
    statement = Statement(Order.objects.filter(condition).values_list("quantity"))
    assert [tuple(row) for row in statement.fetch(quantity=-LONG)] == [(SHORT,)]
