"""The schema of a database as text, to compare it with itself later."""

from __future__ import annotations

from typing import Any

SQLITE = (
    "SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' ORDER BY type, name"
)
# A column that was dropped leaves a gap in the positions, so these are left out.
POSTGRESQL = (
    (
        "SELECT relkind::text, relname FROM pg_class WHERE relnamespace = 'public'::regnamespace "
        "ORDER BY 1, 2"
    ),
    (
        "SELECT table_name, column_name, data_type, is_nullable, column_default, identity_generation, "
        "character_maximum_length FROM information_schema.columns WHERE table_schema = 'public' "
        "ORDER BY 1, 2"
    ),
    (
        "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint "
        "WHERE connamespace = 'public'::regnamespace ORDER BY 1, 2"
    ),
    "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1",
    (
        "SELECT tgrelid::regclass::text, tgname, pg_get_triggerdef(oid) FROM pg_trigger "
        "WHERE NOT tgisinternal ORDER BY 1, 2"
    ),
    "SELECT proname, prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace ORDER BY 1, 2",
)


def dump_schema(connection: Any) -> list[str]:
    """Return a line for each table, column, constraint, index, trigger and function."""
    queries = POSTGRESQL if connection.vendor == "postgresql" else (SQLITE,)
    lines = []
    with connection.cursor() as cursor:
        for query in queries:
            cursor.execute(query)
            lines += [repr(row) for row in cursor.fetchall()]
    return lines


def list_rows(connection: Any) -> list[str]:
    """Return the rows in Django's own tables that belong to apps."""
    queries = (
        "SELECT app, name FROM django_migrations ORDER BY 1, 2",
        "SELECT app_label, model FROM django_content_type ORDER BY 1, 2",
        (
            "SELECT app_label, codename FROM auth_permission JOIN django_content_type "
            "ON django_content_type.id = content_type_id ORDER BY 1, 2"
        ),
        "SELECT name FROM auth_group ORDER BY 1",
    )
    lines = []
    with connection.cursor() as cursor:
        for query in queries:
            cursor.execute(query)
            lines += [repr(row) for row in cursor.fetchall()]
    return lines
