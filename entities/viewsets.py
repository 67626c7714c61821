"""The entities of this service."""

from entities import serializers
from entities.api.viewset import EntityViewSet
from entities.models import Address, Customer, Order, Product, User


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
