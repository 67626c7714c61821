"""Views of plain DRF over the sample's models, as a Django developer writes them first."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.urls import include, path
from rest_framework import generics, serializers, viewsets
from rest_framework.decorators import action
from rest_framework.filters import OrderingFilter, SearchFilter
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.routers import SimpleRouter
from rest_framework.views import APIView

from accounts.models import User
from auth_core.filtering import PolicyFilterBackend
from tests.shop.models import Address, Customer, Order
from tests.urls import urlpatterns as service


class CustomerSerializer(serializers.ModelSerializer[Any]):
    contact = serializers.EmailField(source="email", required=False)
    loud_name = serializers.SerializerMethodField()

    class Meta:
        model = Customer
        fields: Any = (
            "id",
            "first_name",
            "last_name",
            "phone",
            "contact",
            "address",
            "owner",
            "loud_name",
        )
        extra_kwargs: ClassVar = {"owner": {"read_only": True}}

    def get_loud_name(self, row: Customer) -> str:
        return str(row.first_name).upper()


class OrderSerializer(serializers.ModelSerializer[Any]):
    customer_email = serializers.CharField(source="customer.email", read_only=True)

    class Meta:
        model = Order
        fields = ("id", "quantity", "total_price", "customer", "product", "customer_email")


class NestedSerializer(serializers.ModelSerializer[Any]):
    customer = CustomerSerializer(read_only=True)

    class Meta:
        model = Order
        fields = ("id", "quantity", "customer")


class NameSerializer(serializers.ModelSerializer[Any]):
    customer = serializers.StringRelatedField[Any]()
    email = serializers.SlugRelatedField[Any](source="customer", slug_field="email", read_only=True)

    class Meta:
        model = Order
        fields = ("id", "customer", "email")


class AddressSerializer(serializers.ModelSerializer[Any]):
    customers = serializers.PrimaryKeyRelatedField[Any](
        many=True, queryset=Customer.objects.all(), required=False
    )

    class Meta:
        model = Address
        fields = ("id", "city", "customers")


class HandmadeSerializer(serializers.Serializer[Any]):
    """No ModelSerializer: its names and sources are all there is."""

    id = serializers.UUIDField(read_only=True)
    first_name = serializers.CharField()
    mail = serializers.CharField(source="email", read_only=True)

    def create(self, validated_data: Any) -> Customer:
        return Customer.objects.create(**validated_data)

    def update(self, instance: Customer, validated_data: Any) -> Customer:
        vars(instance).update(validated_data)
        instance.save()
        return instance


class OwnWaySerializer(CustomerSerializer):
    def to_representation(self, instance: Customer) -> Any:
        return {"id": str(instance.pk), "mail": instance.email}


class PlainCustomers(viewsets.ModelViewSet[Any]):
    queryset = Customer.objects.all()
    serializer_class: Any = CustomerSerializer

    @action(detail=True, methods=["post"])
    def rename(self, request: Request, pk: str) -> Response:
        row = self.get_object()
        row.first_name = "Renamed"
        row.save()
        return Response(self.get_serializer(row).data)

    @action(detail=False)
    def newest(self, request: Request) -> Response:
        return Response([row.email for row in Customer.objects.all()])


class PlainOrders(viewsets.ModelViewSet[Any]):
    queryset = Order.objects.all()
    serializer_class: Any = OrderSerializer


class MadeOrders(viewsets.ModelViewSet[Any]):
    """No `queryset`: it is made for each request, as is the serializer."""

    def get_queryset(self) -> QuerySet[Any]:
        return Order.objects.order_by("quantity")

    def get_serializer_class(self) -> Any:
        return OrderSerializer


class NestedOrders(PlainOrders):
    serializer_class = NestedSerializer


class NamedOrders(PlainOrders):
    serializer_class = NameSerializer


class PlainAddresses(viewsets.ModelViewSet[Any]):
    queryset = Address.objects.all()
    serializer_class = AddressSerializer


class HandmadeCustomers(PlainCustomers):
    serializer_class = HandmadeSerializer


class OwnWayCustomers(PlainCustomers):
    serializer_class = OwnWaySerializer


class SearchedCustomers(PlainCustomers):
    filter_backends = (PolicyFilterBackend, SearchFilter, OrderingFilter)
    search_fields = ("email",)


class OwnedSerializer(serializers.ModelSerializer[Any]):
    owner = serializers.PrimaryKeyRelatedField[Any](queryset=User.objects.all(), required=False)

    class Meta:
        model = Customer
        fields = ("id", "owner")


class OwnedCustomers(viewsets.ModelViewSet[Any]):
    queryset = Customer.objects.all()
    serializer_class = OwnedSerializer


class UserSerializer(serializers.ModelSerializer[Any]):
    class Meta:
        model = User
        fields = "__all__"


class PlainUsers(viewsets.ModelViewSet[Any]):
    queryset = User.objects.all()
    serializer_class = UserSerializer


class UnaskingUsers(PlainUsers):
    filter_backends = ()


class SortedCustomers(PlainCustomers):
    filter_backends = (OrderingFilter,)


class FoundByEmail(PlainCustomers):
    lookup_field = "email"
    lookup_value_regex = "[^/]+"


class OwnMadeOrders(MadeOrders):
    """Fails for a caller that is no user."""

    def get_queryset(self) -> QuerySet[Any]:
        return Order.objects.filter(customer__owner__email=self.request.user.email)  # type: ignore[union-attr]


class UnaskingCustomers(PlainCustomers):
    filter_backends = ()


class PassedOverCustomers(PlainCustomers):
    def get_object(self) -> Any:
        return Customer.objects.get(pk=self.kwargs["pk"])

    def filter_queryset(self, queryset: Any) -> Any:
        return queryset

    def create(self, request: Request) -> Response:
        Customer.objects.create(first_name="Made by hand")
        return Response(status=201)


class CustomerList(generics.ListCreateAPIView[Any]):
    queryset = Customer.objects.all()
    serializer_class = CustomerSerializer


class CustomerDetail(generics.RetrieveUpdateDestroyAPIView[Any]):
    queryset = Customer.objects.all()
    serializer_class = CustomerSerializer


class GivenAway(generics.GenericAPIView[Any]):
    """Takes a row by get_object(), and writes by hand."""

    queryset = Customer.objects.all()
    serializer_class = CustomerSerializer

    def post(self, request: Request, pk: str) -> Response:
        row = self.get_object()
        data: Any = request.data
        row.owner_id = data["owner"]
        row.save()
        return Response(status=204)


class ByHand(APIView):
    queryset = Customer.objects.all()

    def get(self, request: Request) -> Response:
        return Response([{"email": row.email} for row in self.queryset.all()])

    def post(self, request: Request) -> Response:
        return Response({"deleted": self.queryset.all().delete()[0]})


VIEWSETS = {
    "customers": PlainCustomers,
    "orders": PlainOrders,
    "made": MadeOrders,
    "nested": NestedOrders,
    "named": NamedOrders,
    "addresses": PlainAddresses,
    "handmade": HandmadeCustomers,
    "own-way": OwnWayCustomers,
    "given-owner": OwnedCustomers,
    "users": PlainUsers,
    "unasking-users": UnaskingUsers,
    "searched": SearchedCustomers,
    "sorted": SortedCustomers,
    "by-email": FoundByEmail,
    "own-made": OwnMadeOrders,
    "unasking": UnaskingCustomers,
    "passed-over": PassedOverCustomers,
}
router = SimpleRouter(trailing_slash=False)
for prefix, viewset in VIEWSETS.items():
    router.register(prefix, viewset, basename=f"plain-{prefix}")
urlpatterns = [
    path("api/plain/", include(router.urls)),
    path("api/plain/list", CustomerList.as_view()),
    path("api/plain/list/<pk>", CustomerDetail.as_view()),
    path("api/plain/given/<pk>", GivenAway.as_view()),
    path("api/plain/by-hand", ByHand.as_view()),
    *service,
]
