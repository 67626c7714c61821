from typing import Any

from django.core.management.base import CommandParser

from runtime.command import ProjectCommand
from tests.shop.models import Address, Customer, Order, Product


class Command(ProjectCommand):
    help = "Adds customers, each with an address and an order, and their product."
    examples = (
        "seed_sample",
        "seed_sample --customers 10",
    )
    after_interrupt = "The customers that were made are kept."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--customers", type=int, default=50, help="default: 50")
        parser.add_argument("--if-empty", action="store_true", help="add nothing to customers")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["if_empty"] and Customer.objects.exists():
            return
        product = Product.objects.create(name="Wheel", item_price=12.5)
        for number in range(options["customers"]):
            address = Address.objects.create(city="London", zip=number)
            customer = Customer.objects.create(
                first_name="Ada", email=f"ada.{number}@example.com", address=address
            )
            Order.objects.create(customer=customer, product=product, quantity=number)
