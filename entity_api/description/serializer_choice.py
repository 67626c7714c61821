"""The serializers that a viewset may choose by get_serializer_class()."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import ImproperlyConfigured

from entity_api.description.serializer import EntitySerializer

if TYPE_CHECKING:
    from rest_framework.viewsets import GenericViewSet


def confirm_serializer(
    viewset: GenericViewSet[Any], serializer: type[Any]
) -> type[EntitySerializer]:
    """Return the class if the viewset may use it. Raises ImproperlyConfigured otherwise."""
    if fault := find_fault(viewset, serializer):
        raise ImproperlyConfigured(fault)
    return serializer


def find_fault(viewset: GenericViewSet[Any], serializer: type[Any]) -> str | None:
    """Return why the viewset may not read and write by this class; `None` where it may.

    Permissions name the fields of `serializer_class`. They would not limit a field of another name.
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
    if not more:
        return None
    return f"{chosen} has fields that {whole.__name__} does not have: {', '.join(more)}."
