from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from entities.models import Customer
from entities.sample import add_customers, fill_products
from runtime.command import ProjectCommand, UsageError


class Command(ProjectCommand):
    help = "Fills the database up with sample customers, their addresses and orders, and products."
    examples = (
        "seed_sample",
        "seed_sample --customers 1000",
        "seed_sample --add --customers 20 --seed 7",
    )
    after_interrupt = "The customers that the bar has counted are kept: run it again for the rest."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--customers", type=int, default=100, help="how many there shall be (default: 100)"
        )
        parser.add_argument(
            "--add", action="store_true", help="add so many to those that are there"
        )
        parser.add_argument(
            "--if-empty", action="store_true", help="add none where there are customers"
        )
        parser.add_argument(
            "--seed", type=int, default=1, help="another number gives other data (default: 1)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        wanted, seed, there = options["customers"], options["seed"], Customer.objects.count()
        if wanted < 0:
            raise UsageError(f"--customers is {wanted}: it must be 0 or more.")
        missing = wanted if options["add"] else max(0, wanted - there)
        if options["if_empty"] and there:
            missing = 0
        if missing:
            products = fill_products(there + missing, seed)
            with self.show_progress(options, "customers", missing) as bar:
                for added in add_customers(there, missing, seed, products):
                    bar.update(added)
        if options["verbosity"]:
            self.stdout.write(f"Added {missing} customers: there are {there + missing}.")
