"""A link whose other end vanishes while it is written: the database finds out when the transaction
ends.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db.models.signals import pre_save
from rest_framework.test import APIClient

from tests.rest import assert_problem, read_stored
from tests.shop.models import Address, Customer

pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def vanishing(address: Address) -> Iterator[None]:
    """Take the address away after it was looked up and before the customer is written."""

    def delete(**kwargs: Any) -> None:
        Address.objects.filter(pk=address.pk).delete()

    pre_save.connect(delete, sender=Customer)
    yield
    pre_save.disconnect(delete, sender=Customer)


@pytest.mark.parametrize("method", ["post", "patch"])
def test_a_link_to_what_has_vanished_is_a_conflict(rest: APIClient, method: str) -> None:
    address, customer = Address.objects.create(), Customer.objects.create()
    before = read_stored()
    path = "/api/customers" if method == "post" else f"/api/customers/{customer.pk}"
    with vanishing(address):
        assert_problem(getattr(rest, method)(path, {"address": {"id": str(address.pk)}}), 409)
    assert read_stored() == before
