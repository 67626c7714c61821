from rest_framework import viewsets

from entities.models import Address, Customer
from entities.serializers import AddressSerializer, CustomerSerializer


class AddressViewSet(viewsets.ModelViewSet):
    queryset = Address.objects.order_by("id")
    serializer_class = AddressSerializer


class CustomerViewSet(viewsets.ModelViewSet):
    queryset = Customer.objects.order_by("id")
    serializer_class = CustomerSerializer
