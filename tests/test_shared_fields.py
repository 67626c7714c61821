"""Writes of one statement share the bound fields of a serializer, and nothing of a request."""

from typing import Any, ClassVar

import pytest
from rest_framework.exceptions import ValidationError
from rest_framework.test import APIClient

from entity_api import EntitySerializer
from entity_api.description.shared_fields import open_shared
from tests.overriding import forget
from tests.shop.models import Customer
from tests.shop.serializers import CustomerSerializer


class OwnDomain:
    requires_context = True

    def __call__(self, value: str, field: Any) -> None:
        if not value.endswith(field.context["domain"]):
            raise ValidationError("This is of another domain.")


class CheckedSerializer(EntitySerializer):
    class Meta:
        model = Customer
        fields = ("email", "phone")
        extra_kwargs: ClassVar = {"email": {"validators": [OwnDomain()]}}


def is_valid(domain: str, **data: Any) -> bool:
    serializer = open_shared(CheckedSerializer, data, {"domain": domain}, partial=True)
    return bool(serializer.is_valid())


def test_a_validator_is_shown_the_context_of_its_own_request() -> None:
    assert is_valid("a.example", email="ada@a.example")
    assert is_valid("b.example", email="ada@b.example")
    assert not is_valid("b.example", email="ada@a.example")


def test_an_input_leaves_nothing_for_the_next() -> None:
    assert not is_valid("a.example", email="ada@b.example", phone=1)
    later = open_shared(CheckedSerializer, {"phone": "1"}, {}, partial=True)
    assert later.is_valid()
    assert later.validated_data == {"phone": "1"}


def test_fields_are_bound_once() -> None:
    one, other = (open_shared(CustomerSerializer, {}, {}, partial=True) for _ in range(2))
    assert one.fields["phone"] is other.fields["phone"]
    assert one.fields["address"].parent is one
    assert other.fields["address"].parent is other


@pytest.mark.django_db(transaction=True)
def test_a_serializer_that_makes_its_fields_for_each_request_is_asked_each_time(
    rest: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = EntitySerializer.get_fields

    def get_fields(serializer: Any) -> Any:
        fields = made(serializer)
        request = serializer.context.get("request")
        fields["phone"].required = bool(request and "HTTP_STRICT" in request.META)
        return fields

    monkeypatch.setattr(CustomerSerializer, "get_fields", get_fields)
    forget()
    answers = [
        rest.post("/api/customers", {"email": "a@b.example"}, headers=headers)
        for headers in ({}, {"Strict": "1"})
    ]
    assert [answer.status_code for answer in answers] == [201, 400]
