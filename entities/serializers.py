"""How each entity reads and is written on the wire."""

from entities.models import Address, Customer, Order, Product
from entity_api import EntitySerializer


class AddressSerializer(EntitySerializer):
    """Where customers live."""

    class Meta:
        model = Address
        fields = ("address_1", "address_2", "city", "state", "zip", "customers")


class CustomerSerializer(EntitySerializer):
    """A person who orders."""

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
