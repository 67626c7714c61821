"""Django's admin for the sample domain."""

from __future__ import annotations

from django.contrib import admin
from django.utils.safestring import SafeString

from entities.models import Address, Customer, Order, Product
from entity_api import EntityAdmin, link_to_list


@admin.register(Address)
class AddressAdmin(EntityAdmin):
    list_display = ("__str__", "city", "state", "zip", "customers")
    search_fields = ("^id", "address_1", "address_2", "city", "state", "zip")

    @admin.display
    def customers(self, address: Address) -> SafeString:
        return link_to_list(Customer, "address", address, "customers")


@admin.register(Customer)
class CustomerAdmin(EntityAdmin):
    list_display = ("__str__", "email", "phone", "address", "orders")
    list_select_related = ("address",)
    list_filter = (("address", admin.EmptyFieldListFilter), *EntityAdmin.list_filter)
    search_fields = ("^id", "first_name", "last_name", "email", "phone")
    autocomplete_fields = ("address",)

    @admin.display
    def orders(self, customer: Customer) -> SafeString:
        return link_to_list(Order, "customer", customer, "orders")


@admin.register(Product)
class ProductAdmin(EntityAdmin):
    list_display = ("__str__", "description", "item_price", "orders", "created_at")
    search_fields = ("^id", "name", "description")

    @admin.display
    def orders(self, product: Product) -> SafeString:
        return link_to_list(Order, "product", product, "orders")


@admin.register(Order)
class OrderAdmin(EntityAdmin):
    list_display = ("created_at", "customer", "product", "quantity", "discount", "total_price")
    list_select_related = ("customer", "product")
    list_filter = (
        ("customer", admin.EmptyFieldListFilter),
        ("product", admin.EmptyFieldListFilter),
        *EntityAdmin.list_filter,
    )
    search_fields = (
        "^id",
        "customer__first_name",
        "customer__last_name",
        "customer__email",
        "product__name",
    )
    autocomplete_fields = ("customer", "product")
