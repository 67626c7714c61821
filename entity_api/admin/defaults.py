"""The admin of an entity that has none of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.contrib import admin
from django.db import models

from entity_api.admin.entity import EntityAdmin
from entity_api.description.keys import has_integer_key, name_key

if TYPE_CHECKING:
    from collections.abc import Iterable

# So many columns fit on a page.
COLUMNS = 5
# The models whose admin was made here.
DEFAULT_ADMINS: list[type[models.Model]] = []
_TEXTS = (models.CharField, models.TextField)


def register_admin(model: type[models.Model]) -> None:
    """Register an admin with columns, filters and a search, unless the model has an admin."""
    if apps.is_installed("django.contrib.admin") and not admin.site.is_registered(model):
        admin.site.register(model, make_admin(model))
        DEFAULT_ADMINS.append(model)


def make_admin(model: type[models.Model]) -> type[EntityAdmin]:
    """Return an admin: short columns, filters by options, a search in texts."""
    options: Any = model._meta
    fields = [field for field in options.concrete_fields if field.editable]
    short = [field for field in fields if not isinstance(field, models.TextField)]
    columns = [field.name for field in short if not field.primary_key][:COLUMNS]
    links = [field for field in [*fields, *options.many_to_many] if field.is_relation]
    found = [field.name for field in links if _is_searched(field.related_model, model)]
    members = {
        "list_display": ("__str__", *columns, *_list_times(options)),
        "list_select_related": tuple(
            field.name for field in short if field.is_relation and field.name in columns
        ),
        "list_filter": (*_list_filters(fields), *EntityAdmin.list_filter),
        "search_fields": tuple(dict.fromkeys([_search_key(model), *_list_texts(fields)])),
        "autocomplete_fields": tuple(found),
        "raw_id_fields": tuple(field.name for field in links if field.name not in found),
        "__module__": model.__module__,
    }
    return type(f"{model.__name__}Admin", (EntityAdmin,), members)


def _list_times(options: Any) -> list[str]:
    return [column.name for column in options.concrete_fields if column.name == "created_at"]


def _search_key(model: type[models.Model]) -> str:
    """Return how the search compares ids: texts by their beginnings, numbers as a whole."""
    path = name_key(model)
    return f"{path}__exact" if has_integer_key(model) else f"^{path}"


def _list_filters(fields: Iterable[Any]) -> list[Any]:
    found: list[Any] = []
    for field in fields:
        if isinstance(field, models.FileField):
            # Whether there is a file: nobody looks for its stored name.
            found.append((field.name, admin.EmptyFieldListFilter))
        elif field.choices or isinstance(field, models.BooleanField):
            found.append(field.name)
    return found


def _list_texts(fields: Iterable[Any]) -> list[str]:
    return [field.name for field in fields if isinstance(field, _TEXTS) and not field.choices]


def _is_searched(target: Any, model: type[models.Model]) -> bool:
    """Return whether the admin of the link's target has a search, which finds rows by words."""
    if target is model:
        return True
    return admin.site.is_registered(target) and bool(
        admin.site.get_model_admin(target).search_fields
    )
