"""Django's own pages and forms, and plain serializers of DRF, know nothing of an annotated field."""

from __future__ import annotations

from typing import Any

import pytest
from django.forms import modelform_factory
from django.forms.models import model_to_dict
from django.test import Client
from rest_framework import serializers

from entity_api.description.registry import describe_entity
from tests.annotated import CustomerViewSet, serve_annotated
from tests.shop.models import Customer

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Customer:
    return serve_annotated(monkeypatch, settings)


class PlainSerializer(serializers.ModelSerializer[Any]):
    class Meta:
        model = Customer
        fields = "__all__"


@pytest.mark.parametrize("path", ["", "add/", "{}/change/", "{}/delete/"])
def test_the_pages_of_the_admin_open(admin: Any, ada: Customer, path: str) -> None:
    admin.is_staff = admin.is_superuser = True
    admin.save()
    client = Client()
    client.force_login(admin)
    answer = client.get(f"/admin/shop/customer/{path.format(ada.pk)}")
    assert answer.status_code == 200
    assert "annotated" not in answer.content.decode()


def test_forms_and_plain_serializers_leave_it_out(ada: Customer) -> None:
    columns = set(describe_entity(CustomerViewSet).annotated.values())
    assert columns
    form: Any = modelform_factory(Customer, fields="__all__")
    assert not columns & {*form.base_fields, *model_to_dict(ada), *PlainSerializer(ada).data}
    assert not columns & {field.column for field in Customer._meta.concrete_fields}
