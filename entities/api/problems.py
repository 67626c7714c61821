"""A write that contradicts what is stored: 409."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Model
from rest_framework.exceptions import APIException


class Conflict(APIException):
    status_code = 409
    default_detail = "The request contradicts what is stored."
    default_code = "conflict"


@contextmanager
def writing(model: type[Model], values: Mapping[str, Any], instance: Model | None = None) -> Iterator[None]:
    """Run a write as one transaction; a violated constraint undoes it and becomes a Conflict that names the field.

    The database decides, not a look before the write: of two at once one is refused. Only then it is asked why.
    """
    try:
        with transaction.atomic():
            yield
    except IntegrityError:
        raise Conflict(_describe_clash(model, values, instance)) from None


def _describe_clash(model: type[Model], values: Mapping[str, Any], instance: Model | None) -> str | None:
    others = model._default_manager.exclude(pk=instance.pk if instance else None)
    for name, value in values.items():
        field: Any = model._meta.get_field(name)
        if getattr(field, "unique", False) and others.filter(**{name: value}).exists():
            return f"{model._meta.object_name} with this {field.verbose_name} already exists."
    return None
