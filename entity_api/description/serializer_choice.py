"""Which serializers a viewset may choose by get_serializer_class()."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import ImproperlyConfigured

from entity_api.description.serializer import EntitySerializer

if TYPE_CHECKING:
    from rest_framework.viewsets import GenericViewSet


def confirm_serializer(
    viewset: GenericViewSet[Any], serializer: type[Any]
) -> type[EntitySerializer]:
    """Give the class back if the viewset may read and write by it; ImproperlyConfigured otherwise."""
    if fault := find_fault(viewset, serializer):
        raise ImproperlyConfigured(fault)
    return serializer


def find_fault(viewset: GenericViewSet[Any], serializer: type[Any]) -> str | None:
    """Say why the viewset may not read and write by this class; None where it may.

    Permissions name the fields of `serializer_class`. Another field, or another name for one, would go round them.
    """
    whole: Any = viewset.serializer_class
    if serializer is whole:
        return None
    chosen = f"{type(viewset).__name__}.get_serializer_class gives {serializer.__name__}, which"
    if (
        not issubclass(serializer, EntitySerializer)
        or serializer.Meta.model is not whole.Meta.model
    ):
        return f"{chosen} is not an EntitySerializer of {whole.Meta.model.__name__}."
    more = sorted(serializer().fields.keys() - whole().fields.keys())
    return (
        f"{chosen} has fields that {whole.__name__} does not have: {', '.join(more)}."
        if more
        else None
    )
