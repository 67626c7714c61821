"""The parts of a database that belong to an app, whether or not the app is installed.

Django keeps no list of an app's tables. The models of an app name its tables, if the app can be
imported. Otherwise its content types do, as Django names a table after the app and the model.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import AppConfig, apps
from django.db.backends.utils import truncate_name
from django.db.migrations.recorder import MigrationRecorder

Connection = Any


@dataclass(frozen=True)
class Belongings:
    """Names of the tables, and keys of the rows in Django's own tables, that belong to an app."""

    label: str
    tables: tuple[str, ...] = ()
    content_types: tuple[str, ...] = ()
    permissions: tuple[str, ...] = ()
    migrations: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.tables or self.content_types or self.permissions or self.migrations)


class Inventory:
    """The tables of a database, and the labels of the apps that it has heard of.

    It costs three queries. Raises DatabaseError for a database that cannot be read.
    """

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.tables = frozenset(connection.introspection.table_names())
        models = apps.get_models(include_auto_created=True, include_swapped=True)
        self.owned = {model._meta.db_table: model._meta.app_label for model in models}
        recorder = MigrationRecorder(connection)
        self.migrations = list(recorder.applied_migrations()) if recorder.has_table() else []
        kinds: Any = apps.get_model("contenttypes", "ContentType")
        has_kinds = kinds._meta.db_table in self.tables
        rows = kinds._default_manager.using(connection.alias).values_list("app_label", "model")
        self.kinds: list[tuple[str, str]] = sorted(rows) if has_kinds else []
        self.labels = {label for label, _ in (*self.migrations, *self.kinds)}

    def list_absent(self) -> list[str]:
        """Return the labels of the apps that the database knows and that are not installed."""
        return sorted(self.labels - {app.label for app in apps.get_app_configs()})

    def find(self, label: str, config: AppConfig | None = None) -> Belongings:
        """Return the parts that belong to an app. `config` is its AppConfig, if it is known.

        A table of an installed app belongs to that app alone.
        """
        declared = list_declared(config) if config else ()
        kinds = tuple(model for app, model in self.kinds if app == label)
        found = {*declared, *self._name_tables(label, kinds)} & self.tables
        return Belongings(
            label,
            tuple(sorted(table for table in found if self.owned.get(table, label) == label)),
            kinds,
            self._list_permissions(label),
            tuple(sorted(name for app, name in self.migrations if app == label)),
        )

    def _name_tables(self, label: str, kinds: Iterable[str]) -> Iterator[str]:
        """Yield the tables that bear the names of an app's models."""
        longest = self.connection.ops.max_name_length()
        free = self.tables - self.owned.keys()
        named = [truncate_name(f"{label}_{model}", longest) for model in kinds]
        yield from named
        if named:
            joins = [
                table for table in free if table.startswith(tuple(f"{each}_" for each in named))
            ]
            yield from filter(self._is_join, joins)
            return
        # The content types are gone too, so that only the name is left to go by.
        known = self.labels | {app.label for app in apps.get_app_configs()}
        yield from (table for table in free if _find_label(table, known) == label)

    def _is_join(self, table: str) -> bool:
        """Whether a table has the three columns of Django's table for a link to many."""
        with self.connection.cursor() as cursor:
            columns = self.connection.introspection.get_table_description(cursor, table)
        names = [column.name for column in columns]
        return (
            len(names) == 3 and "id" in names and sum(name.endswith("_id") for name in names) == 2
        )

    def _list_permissions(self, label: str) -> tuple[str, ...]:
        model: Any = apps.get_model("auth", "Permission")
        if model._meta.db_table not in self.tables:
            return ()
        rows = model._default_manager.using(self.connection.alias)
        names = rows.filter(content_type__app_label=label).values_list("codename", flat=True)
        return tuple(sorted(names))

    def list_references(self, tables: Iterable[str]) -> dict[str, list[str]]:
        """Return the tables outside of `tables` with a constraint on one of these, by its name."""
        inside, found = set(tables), dict[str, list[str]]()
        introspection = self.connection.introspection
        with self.connection.cursor() as cursor:
            for table in sorted(self.tables - inside):
                for target in list_targets(introspection, cursor, table) & inside:
                    found.setdefault(target, []).append(table)
        return found

    def list_targets(self, tables: Iterable[str]) -> set[str]:
        """Return the tables outside of `tables` on which these have a constraint."""
        inside, introspection = set(tables), self.connection.introspection
        with self.connection.cursor() as cursor:
            found = [list_targets(introspection, cursor, table) for table in inside]
        return set().union(*found) - inside


def list_targets(introspection: Any, cursor: Any, table: str) -> set[str]:
    """Return the tables on which a table has a constraint."""
    return {target for _, target in introspection.get_relations(cursor, table).values()}


def list_declared(config: AppConfig) -> set[str]:
    """Return the tables that the models of an app declare; empty if they cannot be imported."""
    if apps.is_installed(config.name):
        return _list_tables(config)
    # Models may be imported while their app is installed only. A command ends soon after this.
    apps.app_configs[config.label] = config
    config.apps = apps
    try:
        config.import_models()
        return _list_tables(config)
    except Exception:  # noqa: BLE001 (an app that is out may be broken; its content types remain)
        return set()
    finally:
        del apps.app_configs[config.label]
        apps.clear_cache()


def _list_tables(config: AppConfig) -> set[str]:
    return {
        model._meta.db_table
        for model in config.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy
    }


def _find_label(table: str, labels: Iterable[str]) -> str:
    """Return the longest label with which the name of a table begins."""
    return max((label for label in labels if table.startswith(f"{label}_")), key=len, default="")
