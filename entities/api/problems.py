"""A write that contradicts what is stored: 409."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models import Model
from rest_framework.exceptions import APIException


class Conflict(APIException):
    status_code = 409
    default_detail = "The request contradicts what is stored."
    default_code = "conflict"


@dataclass
class _Write:
    """What is being written: to say what is wrong once the database has refused it."""

    model: type[Model]
    values: Mapping[str, Any]
    instance: Model | None


_under_way: ContextVar[_Write | None] = ContextVar("_under_way", default=None)


@contextmanager
def writing(
    model: type[Model],
    values: Mapping[str, Any] | None = None,
    instance: Model | None = None,
    *,
    alone: bool = False,
) -> Iterator[None]:
    """Run a write as one transaction; a violated constraint undoes it and becomes a Conflict that names the field.

    The database decides, not a look before the write: of two at once one is refused. Only then it is asked why.
    A write within another one is a part of it. One statement `alone` needs no transaction around it.
    """
    write = _Write(model, values or {}, instance)
    if (whole := _under_way.get()) is not None:
        whole.model, whole.values, whole.instance = model, write.values, instance
        yield
        return
    token = _under_way.set(write)
    try:
        with nullcontext() if alone and connection.get_autocommit() else transaction.atomic():
            yield
    except IntegrityError:
        raise Conflict(_describe_clash(write)) from None
    finally:
        _under_way.reset(token)


def _describe_clash(write: _Write) -> str | None:
    others = write.model._default_manager.exclude(pk=write.instance.pk if write.instance else None)
    for name, value in write.values.items():
        field: Any = write.model._meta.get_field(name)
        if getattr(field, "unique", False) and others.filter(**{name: value}).exists():
            return f"{write.model._meta.object_name} with this {field.verbose_name} already exists."
    return None
