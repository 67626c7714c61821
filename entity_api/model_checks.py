"""System checks on the models that routers serve, on their names, and on their default admins."""

from __future__ import annotations

from collections import defaultdict
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from django.core.checks import CheckMessage, Error
from django.urls import NoReverseMatch, Resolver404, get_resolver, reverse

from entity_api.admin.defaults import DEFAULT_ADMINS
from entity_api.description.eligible import UNSERVED
from entity_api.description.naming import camel_case
from entity_api.description.registry import VIEWSETS, describe_entity

if TYPE_CHECKING:
    from collections.abc import Iterator


def check_models(**_: object) -> list[CheckMessage]:
    """Return the faults of all models that a router was given."""
    list(get_resolver().url_patterns)  # loads the routers, which register the models
    return [
        *_check_unserved(),
        *_check_names(),
        *_check_wire_names(),
        *_check_addresses(),
        *_check_admins(),
    ]


def _check_unserved() -> Iterator[CheckMessage]:
    for model, reason in UNSERVED.items():
        yield Error(
            f"{model._meta.label} is not served: it {reason}.",
            hint=(
                "Give the model a primary key that is a UUID, an integer or a text, and no other "
                "field named id or self. Or serve it by a plain view of Django REST framework "
                "(docs/permissions.md)."
            ),
            id="entity_api.E012",
        )


def _check_names() -> Iterator[CheckMessage]:
    """Refuse two entities with the same name or plural: the second hides the first."""
    named: dict[str, list[str]] = defaultdict(list)
    for model, viewset in VIEWSETS.items():
        entity = describe_entity(viewset)
        for name in {entity.name, entity.plural, entity.plural_field}:
            named[name].append(model._meta.label)
    for name, labels in named.items():
        if len(labels) > 1:
            yield Error(
                f"{' and '.join(labels)} are both served as {name}.",
                hint=(
                    "Give one of them another name and plural: "
                    'router.register("shopOrders", Order, entity_name="ShopOrder").'
                ),
                id="entity_api.E013",
            )


def _check_wire_names() -> Iterator[CheckMessage]:
    """Refuse two fields with the same name in camelCase: the second hides the first."""
    for model, viewset in VIEWSETS.items():
        given = getattr(viewset.serializer_class.Meta, "fields", ())
        columns = [column.name for column in model._meta.concrete_fields]
        names = columns if isinstance(given, str) else given
        known: dict[str, str] = {}
        for name in names:
            other = known.setdefault(camel_case(name), name)
            if other != name:
                yield Error(
                    f"{model.__name__}.{other} and .{name} are both served as {camel_case(name)}.",
                    hint="Rename one of them, or leave it out of the serializer's Meta.fields.",
                    id="entity_api.E017",
                )


def _check_addresses() -> Iterator[CheckMessage]:
    """Refuse a plural whose address another view has: the first view gets all requests."""
    for model, viewset in VIEWSETS.items():
        address = f"api/{viewset.plural}"
        views = [getattr(view, "cls", view) for view in _list_views(address)]
        if viewset in views and len(views) > 1:
            yield Error(
                f"{model._meta.label} is served at /{address}, which is also the address of "
                f"{' and '.join(view.__name__ for view in views if view is not viewset)}.",
                hint="Register it under another plural.",
                id="entity_api.E018",
            )


def _list_views(address: str) -> Iterator[Any]:
    for pattern in get_resolver().url_patterns:
        with suppress(Resolver404):
            if found := pattern.resolve(address):
                yield found.func


def _check_admins() -> Iterator[CheckMessage]:
    """Refuse a default admin that has no address, as Django's admin was asked for its addresses
    before the router registered the entity.
    """
    for model in DEFAULT_ADMINS:
        name = f"{model._meta.app_label}_{model._meta.model_name}_changelist"
        with suppress(NoReverseMatch):
            reverse("admin:index")
            try:
                reverse(f"admin:{name}")
            except NoReverseMatch:
                yield Error(
                    f"The admin of {model.__name__} has no address.",
                    hint="Name the routers of entities before admin.site.urls in the URLconf.",
                    id="entity_api.E011",
                )
