"""Which serializers a viewset may choose by get_serializer_class()."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import ImproperlyConfigured

from entities.api.serializer import EntitySerializer

if TYPE_CHECKING:
    from entities.api.viewset import EntityViewSet


def confirm_serializer(viewset: EntityViewSet, serializer: type[Any]) -> type[EntitySerializer]:
    """Give the class back if the viewset may read and write by it; ImproperlyConfigured otherwise.

    Permissions name the fields of `serializer_class`. Another field, or another name for one, would go round them.
    """
    whole: type[EntitySerializer] = viewset.serializer_class
    if serializer is whole:
        return whole
    if not issubclass(serializer, EntitySerializer) or serializer.Meta.model is not whole.Meta.model:
        needed = f"an EntitySerializer of {whole.Meta.model.__name__}"
        raise ImproperlyConfigured(f"{type(viewset).__name__}: {serializer.__name__} is not {needed}.")
    more = serializer().fields.keys() - whole().fields.keys()
    if more:
        named = f"fields that {whole.__name__} does not have: {', '.join(sorted(more))}"
        raise ImproperlyConfigured(f"{type(viewset).__name__}: {serializer.__name__} has {named}.")
    return serializer
