"""`seed_sample`: how much it adds, what is always the same, and that it is quiet for a pipe."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from entities import sample
from entities.models import Address, Customer, Order, Product

pytestmark = pytest.mark.django_db


def seed(*arguments: str) -> str:
    output = StringIO()
    call_command("seed_sample", *arguments, stdout=output)
    return output.getvalue()


def read_data() -> list[tuple[object, ...]]:
    """Everything that was made but ids and times."""
    customers = Customer.objects.order_by("id").values_list(
        "first_name", "email", "phone", "address__address_1"
    )
    orders = Order.objects.order_by("id").values_list(
        "customer__email", "product__name", "quantity", "total_price"
    )
    return [*customers, *orders]


def test_it_makes_a_hundred_customers_with_all_that_belongs_to_them() -> None:
    assert seed() == "Added 100 customers: there are 100.\n"
    assert Customer.objects.filter(address=None).exists()
    assert 50 < Address.objects.count() <= 100
    assert Product.objects.filter(item_price__gt=0).count() == 10
    assert not Order.objects.filter(customer=None, product=None).exists()


def test_names_are_not_ascii_alone() -> None:
    seed()
    names = {customer.first_name for customer in Customer.objects.all()}
    assert {"Łukasz", "Ελένη", "美咲"} <= names
    assert all((customer.email or "é").isascii() for customer in Customer.objects.all())


def test_it_fills_up_and_adds_only_when_asked() -> None:
    seed("--customers", "10")
    assert seed("--customers", "10") == "Added 0 customers: there are 10.\n"
    assert seed("--customers", "4") == "Added 0 customers: there are 10.\n"
    assert seed("--customers", "15") == "Added 5 customers: there are 15.\n"
    assert seed("--customers", "15", "--add") == "Added 15 customers: there are 30.\n"
    assert Customer.objects.count() == 30


def test_filling_up_gives_what_making_all_at_once_gives(monkeypatch: pytest.MonkeyPatch) -> None:
    seed("--customers", "30")
    at_once = read_data()
    for model in (Order, Customer, Address):
        model.objects.all().delete()
    monkeypatch.setattr(sample, "BATCH", 7)
    seed("--customers", "20")
    seed("--customers", "30")
    assert read_data() == at_once


def test_another_seed_gives_other_data() -> None:
    seed("--customers", "5")
    first = read_data()
    Customer.objects.all().delete()
    seed("--customers", "5", "--seed", "2")
    assert read_data()[:5] != first[:5]


def test_a_batch_is_there_as_a_whole_or_not_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Order.objects, "bulk_create", lambda rows: pytest.fail("the disk is full"))
    with pytest.raises(pytest.fail.Exception):
        seed("--customers", "5")
    assert not Customer.objects.exists()
    assert not Address.objects.exists()


def test_it_refuses_a_negative_number() -> None:
    with pytest.raises(CommandError, match="--customers is -1: it must be 0 or more"):
        seed("--customers", "-1")
    assert not Product.objects.exists()


def test_it_is_quiet_but_for_its_result(capfd: pytest.CaptureFixture[str]) -> None:
    seed("--customers", "3")
    assert capfd.readouterr() == ("", "")
