"""Sample data: customers with their addresses and orders, and the products that they order.

The data of a row depend on the seed and on the row's number alone. So filling up 50 customers to
100 gives the same data as making 100 at once, and batches of any size give the same data too.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random

from django.db import reset_queries, transaction

from entities import sample_words as words
from entities.models import Address, Customer, Order, Product

# Rows in memory at once: 2,000 customers with addresses and orders stay under 20 MB, and a
# transaction of that size ends in about a tenth of a second, so other writers need not wait long.
BATCH = 2_000
MOST_PRODUCTS = 1_000


def fill_products(customers: int, seed: int) -> list[Product]:
    """Products in proportion to the customers, from 10 to 1,000; those that are there count."""
    wanted = min(max(10, customers // 20), MOST_PRODUCTS)
    there = list(Product.objects.order_by("id")[:MOST_PRODUCTS])
    missing = [
        make_product(roll(f"{seed} product {number}")) for number in range(len(there), wanted)
    ]
    return there + Product.objects.bulk_create(missing)


def add_customers(start: int, count: int, seed: int, products: Sequence[Product]) -> Iterator[int]:
    """Add the customers numbered from `start`; yields how many were added, after each batch was
    committed.
    """
    for first in range(start, start + count, BATCH):
        numbers = range(first, min(first + BATCH, start + count))
        add_batch(numbers, seed, products)
        # DEBUG keeps the last 9,000 statements, which are long here: hundreds of megabytes.
        reset_queries()
        yield len(numbers)


@transaction.atomic
def add_batch(numbers: range, seed: int, products: Sequence[Product]) -> None:
    addresses, customers, orders = [], [], []
    for number in numbers:
        chance = roll(f"{seed} customer {number}")
        address = make_address(chance)
        customer = make_customer(chance, number)
        if chance.random() < 0.9:
            addresses.append(address)
            customer.address_id = address.id
        customers.append(customer)
        orders += [
            make_order(chance, customer, chance.choice(products))
            for _ in range(chance.randrange(4))
        ]
    Address.objects.bulk_create(addresses)
    Customer.objects.bulk_create(customers)
    Order.objects.bulk_create(orders)


def roll(start: str) -> Random:
    return Random(start)  # noqa: S311 it makes no secrets


def make_product(chance: Random) -> Product:
    material, thing = chance.choice(words.MATERIALS), chance.choice(words.THINGS)
    return Product(
        name=f"{chance.choice(words.QUALITIES)} {material} {thing}",
        description=f"A {thing.lower()} made of {material.lower()}, "
        f"{chance.choice(words.REMARKS)}.",
        item_price=chance.randrange(150, 20_000) / 100,
    )


def make_customer(chance: Random, number: int) -> Customer:
    first_name, first_latin = chance.choice(words.FIRST_NAMES)
    last_name, last_latin = chance.choice(words.LAST_NAMES)
    return Customer(
        first_name=first_name,
        last_name=last_name,
        # RFC 2606 keeps example.com free, and no telephone answers at 555-0100 to 555-0199.
        email=f"{first_latin}.{last_latin}.{number}@example.com",
        phone=f"+1{chance.randrange(201, 990)}55501{chance.randrange(100):02}",
    )


def make_address(chance: Random) -> Address:
    city, state, zip_code = chance.choice(words.CITIES)
    return Address(
        address_1=f"{chance.randrange(1, 400)} {chance.choice(words.STREETS)}",
        address_2=f"Apartment {chance.randrange(1, 60)}" if chance.random() < 0.3 else None,
        city=city,
        state=state,
        zip=zip_code,
    )


def make_order(chance: Random, customer: Customer, product: Product) -> Order:
    quantity, discount = chance.randrange(1, 12), chance.choice((0.0, 0.0, 0.0, 0.05, 0.1, 0.25))
    return Order(
        quantity=quantity,
        discount=discount,
        total_price=round(quantity * (product.item_price or 0) * (1 - discount)),
        customer_id=customer.id,
        product_id=product.id,
    )
