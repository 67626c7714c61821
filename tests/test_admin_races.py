"""Two who store the same thing at once, one of them in the admin."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from time import sleep
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from accounts.models import User
from tests.admin_pages import address_of, read_form
from tests.shop.models import Address, Customer

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        connection.vendor != "postgresql",
        reason="SQLite lets one transaction after the other begin",
    ),
]
SECRET = "correct horse battery"
BLOCKS = (
    "SELECT 1 FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
)


def meanwhile(write: Callable[[], object], written: Event) -> None:
    """Write in a transaction of its own, and commit when somebody waits for that."""
    with transaction.atomic(), connection.cursor() as cursor:
        write()
        written.set()
        for _ in range(600):
            cursor.execute(BLOCKS)
            if cursor.fetchone():
                break
            sleep(0.05)
        else:
            pytest.fail("nobody waits")
    connection.close()


def save_meanwhile(
    admin: Any, address: str, values: dict[str, str], write: Callable[[], object]
) -> Any:
    """Fill a form of the admin in and save it while somebody else writes; return the answer."""
    client, written = Client(), Event()
    client.force_login(admin)
    form = read_form(client.get(address)) | values
    with ThreadPoolExecutor(1) as pool:
        other = pool.submit(meanwhile, write, written)
        assert written.wait(30)
        response = client.post(address, form)
        other.result()
    assert not list(response.context["messages"])
    return response.context["adminform"].form.errors


def test_a_name_that_is_taken_at_the_same_moment_is_an_error_of_the_form(admin: Any) -> None:
    values = {"username": "Ada", "password1": SECRET, "password2": SECRET}
    address = reverse("admin:accounts_user_add")
    errors = save_meanwhile(admin, address, values, lambda: User.objects.create(username="ada"))
    assert errors == {"username": ["A user with that username already exists."]}
    assert User.objects.get(username_key="ada").username == "ada"


def test_a_linked_row_that_is_deleted_at_the_same_moment_is_an_error_of_the_form(
    admin: Any,
) -> None:
    linked, customer = Address.objects.create(), Customer.objects.create()
    page = address_of(Customer, "change", customer.pk)
    errors = save_meanwhile(admin, page, {"address": str(linked.pk)}, linked.delete)
    assert list(errors) == ["address"]
    customer.refresh_from_db()
    assert customer.address is None
