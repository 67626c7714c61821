"""System checks on the models that routers serve, on their names, and on their default admins."""

from __future__ import annotations

from collections import defaultdict
from contextlib import suppress
from typing import TYPE_CHECKING

from django.core.checks import CheckMessage, Error
from django.urls import NoReverseMatch, get_resolver, reverse

from entity_api.admin.defaults import DEFAULT_ADMINS
from entity_api.description.eligible import UNSERVED
from entity_api.description.registry import VIEWSETS, describe_entity

if TYPE_CHECKING:
    from collections.abc import Iterator


def check_models(**_: object) -> list[CheckMessage]:
    """Return the faults of all models that a router was given."""
    list(get_resolver().url_patterns)  # loads the routers, which register the models
    return [*_check_unserved(), *_check_names(), *_check_admins()]


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
    """Refuse two entities with the same name or plural. Only one of them would be served."""
    named: dict[str, list[str]] = defaultdict(list)
    for model, viewset in VIEWSETS.items():
        for name in {describe_entity(viewset).name, viewset.plural}:
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
