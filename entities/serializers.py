"""How each entity reads and is written on the wire."""

from typing import Any, ClassVar

from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError as InvalidPassword
from rest_framework.exceptions import ErrorDetail, ValidationError

from entities.api.serializer import EntitySerializer
from entities.models import Address, Customer, Order, Product, User
from entities.roles import RolesField


class AddressSerializer(EntitySerializer):
    """Where customers live."""

    class Meta:
        model = Address
        fields = ("address_1", "address_2", "city", "state", "zip", "customers")


class CustomerSerializer(EntitySerializer):
    """Someone who orders."""

    class Meta:
        model = Customer
        fields = ("email", "first_name", "last_name", "phone", "address", "orders")


class OrderSerializer(EntitySerializer):
    """So much of a product for a customer."""

    class Meta:
        model = Order
        fields = ("quantity", "discount", "total_price", "customer", "product")


class ProductSerializer(EntitySerializer):
    """Something to order."""

    class Meta:
        model = Product
        fields = ("name", "description", "item_price", "orders")


class UserSerializer(EntitySerializer):
    """An account. Staff and superuser flags are not for the API."""

    roles = RolesField(source="groups", required=False)

    class Meta:
        model = User
        fields = ("username", "password", "email", "first_name", "last_name", "roles", "is_active")
        extra_kwargs: ClassVar = {"password": {"write_only": True, "max_length": 1024}}

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "password" in attrs:
            attrs["password"] = self._hash_password(attrs["password"], attrs)
        return attrs

    def _hash_password(self, password: str, attrs: dict[str, Any]) -> str:
        names = ("username", "email", "first_name", "last_name")
        candidate = User(**{name: attrs.get(name, getattr(self.instance, name, None)) for name in names})
        try:
            validate_password(password, candidate)
        except InvalidPassword as error:
            faults = [ErrorDetail(fault.messages[0], fault.code or "invalid") for fault in error.error_list]
            raise ValidationError({"password": faults}) from None
        return make_password(password)
