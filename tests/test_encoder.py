"""The encoder of rows, held against the serializer whose place it takes."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from rest_framework import serializers

from accounts.models import User
from accounts.roles import ensure_groups
from accounts.serializers import UserSerializer
from api_http.json import JSONRenderer
from entity_api.description import fields
from entity_api.description.serializer import EntitySerializer
from entity_api.reading.encoder import find_columns, find_encoder
from entity_api.reading.reading import make_rows
from statements.statement import Statement
from tests.shop.models import Address, Customer, Order, Product
from tests.shop.serializers import (
    AddressSerializer,
    CustomerSerializer,
    OrderSerializer,
    ProductSerializer,
)

MOMENTS = (
    datetime(2026, 1, 31, 12, tzinfo=UTC),
    datetime(1, 1, 1, 0, 0, 0, 1, tzinfo=UTC),
    datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
    datetime(2026, 7, 1, 1, 2, 3, 40, tzinfo=timezone(timedelta(hours=5, minutes=45))),
)
ROWS: tuple[tuple[type[EntitySerializer], Any], ...] = (
    *(
        (AddressSerializer, Address(created_at=moment, updated_at=moment, zip=-(2**31)))
        for moment in MOMENTS
    ),
    (
        AddressSerializer,
        Address(
            created_at=MOMENTS[0], updated_at=MOMENTS[0], address_1='\U0001f600 \\ " é\n', city=""
        ),
    ),
    (
        CustomerSerializer,
        Customer(created_at=MOMENTS[0], updated_at=MOMENTS[1], email="a@b.co", address=Address()),
    ),
    (
        OrderSerializer,
        Order(created_at=MOMENTS[0], updated_at=MOMENTS[1], discount=1e308, total_price=2**31 - 1),
    ),
    (
        OrderSerializer,
        Order(created_at=MOMENTS[0], updated_at=MOMENTS[1], discount=-0.0, quantity=0),
    ),
    (
        ProductSerializer,
        Product(created_at=MOMENTS[0], updated_at=MOMENTS[1], item_price=5e-324, name="x" * 1000),
    ),
)


@pytest.mark.parametrize(("serializer", "row"), ROWS)
def test_it_encodes_what_the_serializer_would(serializer: type[EntitySerializer], row: Any) -> None:
    encode = find_encoder(serializer, frozenset(serializer().fields))
    assert encode
    assert encode(row) == serializer(row).data


@pytest.mark.parametrize(("serializer", "row"), ROWS)
def test_columns_read_from_the_database_show_what_the_serializer_would(
    db: None, serializer: type[EntitySerializer], row: Any
) -> None:
    if isinstance(row, Customer) and row.address:
        row.address.save()
    type(row).objects.bulk_create([row])  # which keeps the given times
    model = type(row).objects.filter(pk=row.pk)
    model.update(created_at=row.created_at, updated_at=row.updated_at)
    columns = find_columns(serializer, frozenset(serializer().fields))
    assert columns
    found = Statement(model.values_list(*(column.attribute for column in columns))).fetch()
    links = tuple(column.name for column in columns if column.is_link)
    shown = make_rows(found, tuple(column.name for column in columns), links, ())
    assert JSONRenderer().render(shown) == JSONRenderer().render([serializer(model.get()).data])


def test_it_encodes_the_roles_of_a_user(db: None) -> None:
    user = User.objects.create_user("ada", password="x")
    user.groups.set(ensure_groups(["user", "admin"]))
    encode = find_encoder(UserSerializer, frozenset(UserSerializer().fields))
    assert encode
    assert encode(user) == UserSerializer(user).data
    assert encode(user)["roles"] == ["admin", "user"]


def test_it_leaves_out_what_is_not_named() -> None:
    encode = find_encoder(CustomerSerializer, frozenset({"id", "email"}))
    assert encode
    assert list(encode(Customer(email="a@b.co"))) == ["id", "email"]


class ShoutingField(fields.TextField):
    def to_representation(self, value: Any) -> str:
        return super().to_representation(value).upper()


class OwnField(CustomerSerializer):
    phone = ShoutingField()


class OwnMethod(CustomerSerializer):
    name = serializers.SerializerMethodField()

    class Meta:
        model = Customer
        fields = ("first_name", "last_name", "name")

    def get_name(self, row: Customer) -> str:
        return f"{row.first_name} {row.last_name}"


class OwnRepresentation(CustomerSerializer):
    def to_representation(self, instance: Any) -> dict[str, Any]:
        return {**super().to_representation(instance), "more": 1}


@pytest.mark.parametrize("serializer", [OwnField, OwnMethod, OwnRepresentation])
def test_it_leaves_to_a_serializer_what_is_its_own(serializer: type[EntitySerializer]) -> None:
    names = frozenset(serializer().fields)
    assert (find_encoder(serializer, names), find_columns(serializer, names)) == (None, None)
