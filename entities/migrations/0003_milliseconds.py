"""Times that were stored with microseconds keep their milliseconds, as all later ones do."""

from typing import Any

from django.db import migrations

COLUMNS = ("created_at", "updated_at")
# The values as Django stores them: SQLite has texts of 26 characters, or of 19 where there is no fraction.
POSTGRESQL = "date_trunc('milliseconds', {0})"
SQLITE = "CASE WHEN substr({0}, 21, 3) = '000' THEN substr({0}, 1, 19) ELSE substr({0}, 1, 23) || '000' END"
HAS_MORE = {"postgresql": f"{{0}} <> {POSTGRESQL}", "sqlite": "length({0}) = 26 AND substr({0}, 24) <> '000'"}


def keep_milliseconds(apps: Any, schema_editor: Any) -> None:
    vendor = schema_editor.connection.vendor
    cut = POSTGRESQL if vendor == "postgresql" else SQLITE
    for model in apps.get_app_config("entities").get_models():
        table = schema_editor.quote_name(model._meta.db_table)
        for name in COLUMNS:
            column = schema_editor.quote_name(name)
            condition = HAS_MORE[vendor].format(column)
            changed = cut.format(column)
            schema_editor.execute(f"UPDATE {table} SET {column} = {changed} WHERE {condition}")  # noqa: S608


class Migration(migrations.Migration):
    dependencies = [("entities", "0002_created_at_with_id")]
    operations = [migrations.RunPython(keep_milliseconds, migrations.RunPython.noop, elidable=True)]
