"""Which views the URL configuration serves, and which model each of them serves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.db.models import Model
from django.urls import get_resolver

# Compared by name: DRF imports this module while it is itself being imported, as a setting names
# the permission class.
GENERIC = "rest_framework.generics"


def find_model(view: Any) -> type[Model] | None:
    """Return the model of a view, from its queryset or serializer; `None` if unknown."""
    queryset = getattr(view, "queryset", None)
    if queryset is not None:
        return getattr(queryset, "model", None)
    return getattr(getattr(getattr(view, "serializer_class", None), "Meta", None), "model", None)


def find_model_by_asking(view: Any) -> type[Model] | None:
    """Return the model of a view that makes its queryset, or chooses its serializer, for each
    request.
    """
    if overrides(view, "get_queryset"):
        return getattr(view.get_queryset(), "model", None)
    if overrides(view, "get_serializer_class"):
        return getattr(getattr(view.get_serializer_class(), "Meta", None), "model", None)
    return None


def overrides(view: Any, method: str) -> bool:
    """Whether a view, or its class, has its own way of a generic view's method."""
    found = getattr(view, method, None)
    return found is not None and found.__module__ != GENERIC


def name_entity(model: type[Model]) -> str:
    """Return the name of a model's section in the policy: `entity_name`, where a router gave it."""
    return str(vars(model).get("entity_name") or model._meta.object_name)


def list_views() -> dict[str, list[Any]]:
    """Find the class of every view that the URLconf serves and that has a model, by the entity's
    name, in its order.
    """
    found: dict[str, list[Any]] = {}
    for view in list_classes():
        model = find_model(view)
        if model is not None:
            found.setdefault(name_entity(model), []).append(view)
    return found


def list_unnamed_views() -> list[Any]:
    """Return the served view classes that make their queryset, so that their model is unknown."""
    views = (view for view in list_classes() if find_model(view) is None)
    return [
        view
        for view in views
        if overrides(view, "get_queryset") or overrides(view, "get_serializer_class")
    ]


def list_classes() -> list[Any]:
    """Return the class of every view that the URLconf serves."""
    patterns = _walk(get_resolver().url_patterns)
    views = (getattr(pattern.callback, "cls", None) for pattern in patterns)
    return [view for view in dict.fromkeys(views) if view is not None]


def served_viewsets() -> dict[str, Any]:
    """Find the viewset of every entity that the URLconf serves, by the entity's name and in its
    order.

    Of several views of an entity, the view that asks the permission classes itself.
    """
    return {
        name: next((view for view in views if hasattr(view, "asks_permissions")), views[0])
        for name, views in list_views().items()
    }


def list_linked(served: Mapping[str, list[Any]]) -> set[str]:
    """Return the names of the models to which rows of the served models link.

    A section of such a model says who may see the links.
    """
    models = [model for views in served.values() if (model := find_model(views[0])) is not None]
    fields = [field for model in models for field in model._meta.get_fields()]
    found = (getattr(field, "related_model", None) for field in fields)
    return {name_entity(target) for target in found if target not in (None, "self")}


def fields_of(view: Any) -> Mapping[str, Any]:
    """Return the fields of the view's serializer; empty if it needs a request."""
    serializer = getattr(view, "serializer_class", None)
    try:
        return dict(serializer().fields) if serializer else {}
    except Exception:  # noqa: BLE001 (a serializer of the author's own may need a request or a view)
        return {}


def _walk(patterns: list[Any]) -> Iterator[Any]:
    for pattern in patterns:
        if hasattr(pattern, "url_patterns"):
            yield from _walk(pattern.url_patterns)
        else:
            yield pattern
