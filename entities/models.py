"""The sample domain. A deleted parent leaves its children."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from entity_api import Entity


class Address(Entity):
    address_1 = models.CharField(max_length=1000, null=True, blank=True)
    address_2 = models.CharField(max_length=1000, null=True, blank=True)
    city = models.CharField(max_length=1000, null=True, blank=True)
    state = models.CharField(max_length=1000, null=True, blank=True)
    zip = models.IntegerField(null=True, blank=True)

    class Meta(Entity.Meta):
        abstract = False
        verbose_name_plural = "addresses"

    def __str__(self) -> str:
        return ", ".join(part for part in (self.address_1, self.city, self.state) if part) or str(
            self.id
        )


class Customer(Entity):
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
    )
    email = models.EmailField(null=True, blank=True)
    first_name = models.CharField(max_length=1000, null=True, blank=True)
    last_name = models.CharField(max_length=1000, null=True, blank=True)
    phone = models.CharField(max_length=1000, null=True, blank=True)
    address = models.ForeignKey(
        Address, models.SET_NULL, null=True, blank=True, related_name="customers"
    )

    owner_path = "owner"

    class Meta(Entity.Meta):
        abstract = False

    def __str__(self) -> str:
        return (
            " ".join(part for part in (self.first_name, self.last_name) if part)
            or self.email
            or str(self.id)
        )


class Product(Entity):
    name = models.CharField(max_length=1000, null=True, blank=True)
    description = models.CharField(max_length=1000, null=True, blank=True)
    item_price = models.FloatField(null=True, blank=True)

    class Meta(Entity.Meta):
        abstract = False

    def __str__(self) -> str:
        return self.name or str(self.id)


class Order(Entity):
    quantity = models.IntegerField(null=True, blank=True)
    discount = models.FloatField(null=True, blank=True)
    total_price = models.IntegerField(null=True, blank=True)
    customer = models.ForeignKey(
        Customer, models.SET_NULL, null=True, blank=True, related_name="orders"
    )
    product = models.ForeignKey(
        Product, models.SET_NULL, null=True, blank=True, related_name="orders"
    )

    owner_path = "customer.owner"

    class Meta(Entity.Meta):
        abstract = False

    def __str__(self) -> str:
        return f"{self.quantity or 0} for {self.total_price or 0}"
