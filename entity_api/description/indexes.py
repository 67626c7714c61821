"""Indexes for the query language, for the `indexes` of a model's Meta."""

from __future__ import annotations

from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.backends.ddl_references import Statement, Table
from django.db.models import Index, Model


class TextIndex(Index):
    """An index of trigrams that finds parts of texts on PostgreSQL.

    An example: `TextIndex("email", name="customer_email_text")`. It serves `contains`,
    `startsWith` and `endsWith` in both modes, for three letters or more. Its migration makes the
    extension `pg_trgm`; the owner of a database may do that. On SQLite the migration does nothing.
    """

    # For the search of the admin's lists (api_http/admin_search.py).
    finds_parts_of_texts = True

    def __init__(self, *fields: str, name: str) -> None:
        super().__init__(fields=fields, name=name)

    def deconstruct(self) -> Any:
        path, _, _ = super().deconstruct()
        return path, tuple(self.fields), {"name": self.name}

    def create_sql(
        self,
        model: type[Model],
        schema_editor: BaseDatabaseSchemaEditor,
        using: str = "",
        **kwargs: Any,
    ) -> Any:
        if schema_editor.connection.vendor != "postgresql":
            return self._do_nothing()
        schema_editor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        editor: Any = schema_editor
        return Statement(
            editor.sql_create_index_concurrently
            if kwargs.get("concurrently")
            else editor.sql_create_index,
            name=editor.quote_name(self.name),
            table=Table(model._meta.db_table, editor.quote_name),
            using=" USING gin",
            columns=", ".join(self._list_keys(model, editor)),
            include="",
            extra="",
            condition="",
        )

    def remove_sql(
        self, model: type[Model], schema_editor: BaseDatabaseSchemaEditor, **kwargs: Any
    ) -> Any:
        if schema_editor.connection.vendor != "postgresql":
            return self._do_nothing()
        return super().remove_sql(model, schema_editor, **kwargs)

    def _do_nothing(self) -> str:
        # Django executes this text, so it has to be SQL.
        return f"-- {self.name} is for PostgreSQL"

    def _list_keys(self, model: type[Model], editor: Any) -> list[str]:
        fields: list[Any] = [model._meta.get_field(name) for name in self.fields]
        columns = [editor.quote_name(field.column) for field in fields]
        # As Django writes the comparisons of each mode, or they would not find the index.
        return [
            f"{key} gin_trgm_ops"
            for column in columns
            for key in (f"({column}::text)", f"UPPER({column}::text)")
        ]
