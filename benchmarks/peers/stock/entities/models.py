"""Customers and addresses in tables like the service's, so that the same rows fit both."""

import uuid

from django.db import models


class Address(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)
    updated_at = models.DateTimeField(auto_now=True)
    address_1 = models.CharField(max_length=1000, null=True, blank=True)
    address_2 = models.CharField(max_length=1000, null=True, blank=True)
    city = models.CharField(max_length=1000, null=True, blank=True)
    state = models.CharField(max_length=1000, null=True, blank=True)
    zip = models.IntegerField(null=True, blank=True)

    class Meta:
        db_table = "shop_address"

    def __str__(self) -> str:
        return str(self.id)


class Customer(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)
    updated_at = models.DateTimeField(auto_now=True)
    email = models.EmailField(null=True, blank=True)
    first_name = models.CharField(max_length=1000, null=True, blank=True)
    last_name = models.CharField(max_length=1000, null=True, blank=True)
    phone = models.CharField(max_length=1000, null=True, blank=True)
    address = models.ForeignKey(Address, models.SET_NULL, null=True, blank=True)

    class Meta:
        db_table = "shop_customer"

    def __str__(self) -> str:
        return str(self.id)
