"""Takes out of the database what belongs to an app, in one transaction."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import AppConfig, apps
from django.conf import settings
from django.db import transaction
from django.db.migrations.exceptions import NodeNotFoundError
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import QuerySet
from django.db.models.deletion import Collector

from runtime.belongings import Belongings, Connection, Inventory
from runtime.plugins import ATTRIBUTES, list_names

CORE = "auth_core"
# Milliseconds. A request that waits for a lock behind this command must not wait for long.
LOCK_TIMEOUT = 5_000


class RefusedError(Exception):
    """The app is not taken out. The text has the reason and a remedy."""


@dataclass(frozen=True)
class Removal:
    """What goes with an app, and whether the app is installed."""

    belongings: Belongings
    installed: bool


def plan_removal(connection: Connection, name: str) -> Removal:
    """Return what would go with the app of this name, label or AppConfig.

    Raises RefusedError for a name that is not known, for an app that is no plugin, and while others
    need it.
    """
    config = find_app(name)
    label = config.label if config else name
    installed = config is not None and apps.is_installed(config.name)
    inventory = Inventory(connection)
    if config and installed:
        _refuse_needed(config)
    elif label not in inventory.labels and not (config and is_plugin(config)):
        known = sorted({*inventory.list_absent(), *(app.label for app in list_plugins())})
        raise RefusedError(
            f"Nothing in the database belongs to {name!r}. Known are: {', '.join(known) or 'none'}."
        )
    found = inventory.find(label, config)
    for table, others in inventory.list_references(found.tables).items():
        raise RefusedError(
            f"{', '.join(others)} refers to {table}. Take out the app of that table first, or "
            "drop the constraint."
        )
    return Removal(found, installed)


def find_app(name: str) -> AppConfig | None:
    """Return the app of this name or label, installed or not; `None` if it cannot be imported."""
    for app in apps.get_app_configs():
        if name in (app.name, app.label):
            return app
    try:
        config = AppConfig.create(name)
    except Exception:  # noqa: BLE001 (its package may be gone, or broken: then the label is left)
        return None
    return next((app for app in apps.get_app_configs() if app.name == config.name), config)


def is_plugin(app: AppConfig) -> bool:
    """Whether AUTH_PLUGINS names an app, or the app declares what a plugin declares."""
    named = list_names(getattr(settings, "AUTH_PLUGINS", ()))
    declares = any(hasattr(app, attribute) for attribute in ATTRIBUTES)
    return app.name == CORE or app.name in named or declares


def list_plugins() -> list[AppConfig]:
    return [app for app in apps.get_app_configs() if is_plugin(app)]


def _refuse_needed(app: AppConfig) -> None:
    if not is_plugin(app):
        raise RefusedError(f"{app.name} is installed and is no plugin.")
    others = {other.name for other in list_plugins()} - {app.name}
    needing = others if app.name == CORE else others & _list_dependents(app.label)
    if needing:
        raise RefusedError(
            f"{', '.join(sorted(needing))} cannot work without {app.name}. Take it out of "
            "AUTH_PLUGINS first."
        )


def _list_dependents(label: str) -> set[str]:
    """Return the names of the apps whose migrations build on this app's."""
    try:
        graph = MigrationLoader(None).graph
    except NodeNotFoundError as error:
        raise RefusedError(f"The migrations do not fit together: {error}.") from error
    dependents = {
        child.key[0]
        for key, node in graph.node_map.items()
        if key[0] == label
        for child in node.children
    }
    return {apps.get_app_config(each).name for each in dependents - {label}}


def list_rows_along(connection: Connection, found: Belongings) -> Iterator[tuple[str, int]]:
    """Yield the models of other apps whose rows go along, such as those that give permissions to
    groups, with the number of rows.
    """
    collector = Collector(using=connection.alias)
    collector.collect(_find_kinds(connection, found))
    counts = {model: len(rows) for model, rows in collector.data.items()}
    for rows in collector.fast_deletes:
        counts[rows.model] = counts.get(rows.model, 0) + rows.count()
    for model, count in counts.items():
        is_other = model._meta.app_label != found.label
        if (
            count
            and is_other
            and model._meta.label not in ("contenttypes.ContentType", "auth.Permission")
        ):
            yield model._meta.db_table, count


def remove(connection: Connection, found: Belongings) -> None:
    """Take the parts out of the database; all of them, or none if there is an error.

    Raises DatabaseError.
    """
    quote = connection.ops.quote_name
    tables = [quote(table) for table in found.tables]
    with transaction.atomic(connection.alias), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"SET LOCAL lock_timeout = {LOCK_TIMEOUT}")
        _find_kinds(connection, found).delete()
        MigrationRecorder(connection).migration_qs.filter(app=found.label).delete()
        if connection.vendor == "postgresql":
            # A table with a constraint still to be checked cannot be dropped.
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            if tables:
                cursor.execute(f"DROP TABLE {', '.join(tables)}")
            return
        # SQLite drops one table at a time, and refuses it while rows refer to the table.
        for table in tables:
            cursor.execute(f"DELETE FROM {table}")  # noqa: S608 (a name out of the database, quoted)
        for table in tables:
            cursor.execute(f"DROP TABLE {table}")


def _find_kinds(connection: Connection, found: Belongings) -> QuerySet[Any]:
    model: Any = apps.get_model("contenttypes", "ContentType")
    if not found.content_types:
        return model._default_manager.using(connection.alias).none()  # type: ignore[no-any-return]
    rows: QuerySet[Any] = model._default_manager.using(connection.alias)
    return rows.filter(app_label=found.label)
