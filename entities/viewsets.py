"""The entities of this service."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any

from entities import serializers
from entities.api.viewset import EntityViewSet
from entities.models import Address, Customer, Order, Product, User
from entities.passwords import hash_ahead


class AddressViewSet(EntityViewSet):
    queryset = Address.objects.all()
    serializer_class = serializers.AddressSerializer


class CustomerViewSet(EntityViewSet):
    queryset = Customer.objects.all()
    serializer_class = serializers.CustomerSerializer


class OrderViewSet(EntityViewSet):
    queryset = Order.objects.all()
    serializer_class = serializers.OrderSerializer


class ProductViewSet(EntityViewSet):
    queryset = Product.objects.all()
    serializer_class = serializers.ProductSerializer


class UserViewSet(EntityViewSet):
    queryset = User.objects.prefetch_related("groups")
    serializer_class = serializers.UserSerializer
    requires_authentication = True

    def prepare_write(self, data: Any) -> AbstractContextManager[None]:
        """Hash a new password before the transaction begins."""
        is_permitted = isinstance(data, Mapping) and "password" in self.permit(self.action)
        return hash_ahead(data.get("password") if is_permitted else None)
