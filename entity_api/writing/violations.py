"""Explains an IntegrityError: the rule, its model, and the fields by their wire names.

PostgreSQL names the constraint. SQLite names the columns of a unique constraint, the name of a
check constraint, and nothing for a foreign key.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, connection
from django.db.models import F, Model, ProtectedError, Q, RestrictedError
from django.db.models.constraints import BaseConstraint

from entity_api.description.registry import VIEWSETS

# PostgreSQL's SQLSTATE: unique, exclusion, check, not null, foreign key.
_UNIQUE_STATES = ("23505", "23P01")
_CHECK_STATE = "23514"
_NULL_STATE = "23502"
_LINK_STATE = "23503"
_SQLITE = re.compile(r"(?P<kind>UNIQUE|CHECK|NOT NULL) constraint failed: (?P<about>.+)", re.DOTALL)
_GONE = "A linked row has gone or has changed at the same time, or other rows still need this one."
_UNKNOWN_RULE = "The values break a rule of the database."


@dataclass(frozen=True)
class Violation:
    """`names` are the wire names of the fields of the body.

    A broken rule is about the row alone, not about others.
    """

    detail: str
    names: tuple[str, ...] = ()
    code: str = "conflict"
    is_broken_rule: bool = False


@dataclass(frozen=True)
class _Report:
    """The report of the database: the table, and the constraint's name or the columns."""

    kind: str
    table: str = ""
    constraint: str = ""
    columns: tuple[str, ...] = ()


def explain_violation(error: IntegrityError, model: type[Model], *, from_body: bool) -> Violation:
    """Return the rule that a write broke. It names the fields if the body has them."""
    if isinstance(error, ProtectedError):
        return _name_dependents(model, error.protected_objects)
    if isinstance(error, RestrictedError):
        return _name_dependents(model, error.restricted_objects)
    report = _read_postgresql(error) if connection.vendor == "postgresql" else _read_sqlite(error)
    if report is None:
        return Violation(_GONE)
    found = _find_model(model, report)
    if report.kind == "link":
        return _explain_link(model, found)
    named = found is model and from_body
    if report.kind == "check":
        return _explain_check(_find_constraint(found, report), found, named=named)
    if report.kind == "null":
        return _explain_null(found, report, named=named)
    return _explain_clash(found, report, named=named)


def _name_dependents(model: type[Model], rows: Iterable[Model | type[Model]]) -> Violation:
    plurals = sorted({str(row._meta.verbose_name_plural) for row in rows})
    return Violation(
        f"{model._meta.object_name} is still needed by: {', '.join(plurals)}.", code="protected"
    )


def _explain_link(model: type[Model], holder: type[Model]) -> Violation:
    """Return why a link would lead nowhere. The holder of the link is what needs the row."""
    if holder is model or holder._meta.auto_created:
        return Violation(_GONE)
    return _name_dependents(model, [holder])


def _read_postgresql(error: IntegrityError) -> _Report | None:
    diagnosis: Any = getattr(error.__cause__, "diag", None)
    state = diagnosis.sqlstate if diagnosis else ""
    table = (diagnosis and diagnosis.table_name) or ""
    if state in _UNIQUE_STATES:
        return _Report("unique", table, diagnosis.constraint_name or "")
    if state == _CHECK_STATE:
        return _Report("check", table, diagnosis.constraint_name or "")
    if state == _NULL_STATE:
        return _Report("null", table, columns=(diagnosis.column_name or "",))
    return _Report("link", table) if state == _LINK_STATE else None


def _read_sqlite(error: IntegrityError) -> _Report | None:
    match = _SQLITE.match(str(error))
    if match is None:
        return None
    kind, about = match["kind"], match["about"]
    if kind == "CHECK":
        return _Report("check", constraint=about)
    if about.startswith("index '"):
        return _Report("unique", constraint=about.removeprefix("index '").removesuffix("'"))
    places = [place.strip().rpartition(".") for place in about.split(",")]
    columns = tuple(column for _, _, column in places)
    return _Report("null" if kind == "NOT NULL" else "unique", places[0][0], columns=columns)


def _find_model(model: type[Model], report: _Report) -> type[Model]:
    """Find the model whose table or constraint it is; the write may have reached other tables than
    its own.
    """
    models = [model, *model._meta.apps.get_models(include_auto_created=True)]
    if report.table:
        return next((each for each in models if each._meta.db_table == report.table), model)
    return next((each for each in models if _find_constraint(each, report)), model)


def _find_constraint(model: type[Model], report: _Report) -> BaseConstraint | None:
    for constraint in model._meta.constraints:
        if report.constraint == constraint.name:
            return constraint
        names = getattr(constraint, "fields", ())
        if names and report.columns == tuple(_column(model, name) for name in names):
            return constraint
    return None


def _column(model: type[Model], name: str) -> str:
    field: Any = model._meta.get_field(name)
    return str(field.column)


def _explain_check(
    constraint: BaseConstraint | None, model: type[Model], *, named: bool
) -> Violation:
    if constraint is None:
        return Violation(_UNKNOWN_RULE, code="check", is_broken_rule=True)
    fields = _find_references([getattr(constraint, "condition", None)])
    detail = str(constraint.get_violation_error_message())
    code = constraint.violation_error_code or "check"
    return Violation(
        detail, _name_fields(model, fields) if named else (), code, is_broken_rule=True
    )


def _explain_null(model: type[Model], report: _Report, *, named: bool) -> Violation:
    fields = _find_fields(model, report.columns)
    names = _name_fields(model, fields) if named else ()
    if names:
        return Violation("This field may not be null.", names, "null", is_broken_rule=True)
    labels = _join_labels(model, fields)
    return Violation(
        f"{model._meta.object_name} needs a value for {labels}, which this request cannot set."
    )


def _explain_clash(model: type[Model], report: _Report, *, named: bool) -> Violation:
    constraint = _find_constraint(model, report)
    fields = _find_clashing(model, report, constraint)
    detail = f"{model._meta.object_name} with this {_join_labels(model, fields)} already exists."
    if (
        constraint
        and constraint.violation_error_message != constraint.default_violation_error_message
    ):
        detail = str(constraint.get_violation_error_message())
    code = (constraint and constraint.violation_error_code) or "unique"
    return Violation(detail, _name_fields(model, fields) if named else (), code)


def _find_clashing(model: type[Model], report: _Report, constraint: Any) -> list[str]:
    if constraint and (names := getattr(constraint, "fields", ())):
        return list(names)
    if constraint:
        return _find_references(constraint.expressions)
    return _find_fields(model, report.columns or _look_up_columns(report))


def _look_up_columns(report: _Report) -> tuple[str, ...]:
    with connection.cursor() as cursor:
        constraints: Any = connection.introspection.get_constraints(cursor, report.table)
    found = constraints.get(report.constraint) or {}
    return tuple(found.get("columns") or ())


def _find_fields(model: type[Model], columns: Iterable[str]) -> list[str]:
    known = {field.column: field.name for field in model._meta.concrete_fields}
    return [known[column] for column in columns if column in known]


def _find_references(expressions: Iterable[Any]) -> list[str]:
    """Name the fields that expressions and conditions refer to, each once."""
    found: dict[str, None] = {}
    for expression in expressions:
        if isinstance(expression, Q):
            found |= dict.fromkeys(sorted(expression.referenced_base_fields))
            continue
        parts: Iterable[Any] = (
            expression.flatten() if hasattr(expression, "flatten") else [expression]
        )
        names: list[Any] = [part for part in parts if isinstance(part, F)]
        found |= {name.name.partition("__")[0]: None for name in names}
    return list(found)


def _join_labels(model: type[Model], names: Iterable[str]) -> str:
    fields: list[Any] = [model._meta.get_field(name) for name in names]
    return " and ".join(str(field.verbose_name) for field in fields) or "value"


def _name_fields(model: type[Model], fields: Iterable[str]) -> tuple[str, ...]:
    """Return the wire names of these fields of a served model, without those that clients do not
    know.
    """
    if model not in VIEWSETS:
        return ()
    shown: Any = VIEWSETS[model].serializer_class().fields
    names = {str(field.source): name for name, field in shown.items()}
    # A column may follow from another column, as the folded form of a name does.
    written = [getattr(model._meta.get_field(field), "made_from", field) for field in fields]
    return tuple(names[field] for field in written if field in names)
