"""The entities of this service."""

from rest_framework.settings import api_settings

from entities import serializers
from entities.api.viewset import EntityViewSet
from entities.models import Address, Customer, Order, Product, User
from entities.permissions import AccountPermission


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
    permission_classes = (*api_settings.DEFAULT_PERMISSION_CLASSES, AccountPermission)
    requires_authentication = True
