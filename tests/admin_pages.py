"""What the tests of the admin share: the models with a row of each, and their pages."""

from typing import Any

from django.db.models import Model
from django.urls import reverse

from accounts.models import User
from tests.shop.models import Address, Customer, Order, Product

MODELS: tuple[type[Model], ...] = (User, Address, Customer, Product, Order)


def address_of(model: type[Model], page: str, *arguments: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=arguments)


def add_rows(count: int, first: int = 0) -> None:
    """So many rows of each entity, each with its links, numbered from `first`."""
    numbers = range(first, first + count)
    addresses = [
        Address(address_1=f"{number} Lane", city="Zürich", zip=number) for number in numbers
    ]
    customers = [
        Customer(first_name="Zoë", last_name=f"No{row.zip}", address=row) for row in addresses
    ]
    products = [Product(name=f"Lamp {row.zip}", item_price=1.5) for row in addresses]
    orders = [
        Order(quantity=2, customer=customer, product=product)
        for customer, product in zip(customers, products, strict=True)
    ]
    Address.objects.bulk_create(addresses)
    Customer.objects.bulk_create(customers)
    Product.objects.bulk_create(products)
    Order.objects.bulk_create(orders)
    User.objects.bulk_create([User(username=f"user{row.zip}") for row in addresses])


def read_form(response: Any) -> dict[str, Any]:
    """What a browser would send back for the page's form, unchanged."""
    form = response.context["adminform"].form
    values = {name: form[name].value() for name in form.fields if not form.fields[name].disabled}
    sent = {name: value for name, value in values.items() if value not in (None, False)}
    return sent | read_opened(form)


def read_opened(form: Any) -> dict[str, Any]:
    """What the form sends along, hidden: the values that it was opened with."""
    fields = [form[name] for name in form.fields if form.fields[name].show_hidden_initial]
    values = {field.html_initial_name: field.field.prepare_value(field.initial) for field in fields}
    return {name: value for name, value in values.items() if value is not None}
