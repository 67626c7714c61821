"""The entities of this service."""

from entities import serializers
from entities.models import Address, Customer, Order, Product
from entity_api import EntityViewSet


class AddressViewSet(EntityViewSet):
    queryset = Address.objects.all()
    serializer_class = serializers.AddressSerializer


class CustomerViewSet(EntityViewSet):
    queryset = Customer.objects.all()
    serializer_class = serializers.CustomerSerializer
    search_fields = ("first_name", "last_name", "email")


class OrderViewSet(EntityViewSet):
    queryset = Order.objects.all()
    serializer_class = serializers.OrderSerializer


class ProductViewSet(EntityViewSet):
    queryset = Product.objects.all()
    serializer_class = serializers.ProductSerializer
    search_fields = ("name", "description")
