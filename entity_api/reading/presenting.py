"""Model instances in wire form, with the fields and links that the caller may see."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING, Any

from django.db.models import prefetch_related_objects

from entity_api.access import keep
from entity_api.description.annotated import read_annotations, select_annotations
from entity_api.description.keys import parse_key
from entity_api.description.registry import describe_entity
from entity_api.hooks import READS, EntityHooks
from entity_api.opening import open_entity
from entity_api.reading.computing import COMPUTING_ERRORS, refuse_uncomputable
from entity_api.reading.encoder import find_encoder

if TYPE_CHECKING:
    from django.db.models import Model

    from entity_api.description.entity import Relation

Row = dict[str, Any]
# Writes instances of a viewset's model with the fields of these names.
Show = Callable[[EntityHooks, list[Any], frozenset[str]], list[Any]]


def show_row(view: EntityHooks, row: Any) -> Row:
    """Return a row in wire form, with the fields that the caller may view."""
    return show_rows(view, [row], find_fields_seen(view, row))[0]


def show_each(view: EntityHooks, rows: list[Any], show: Show) -> list[Any]:
    """Return all rows as `show` writes them, in their order; a row out of view by its id only."""
    kept = view.find_kept("retrieve", [row.pk for row in rows])
    parts = [
        ([row for row in rows if row.pk in kept], view.permit("retrieve")),
        ([row for row in rows if row.pk not in kept], frozenset({"id"})),
    ]
    shown: dict[Any, Any] = {}
    for part, fields in parts:
        keys = [row.pk for row in part]
        shown |= dict(zip(keys, show(view, part, fields) if part else [], strict=True))
    return [shown[row.pk] for row in rows]


def show_seen(view: EntityHooks, rows: list[Any], show: Show) -> list[Any]:
    """Return the rows that the caller may view, as `show` writes them."""
    kept = view.find_kept("retrieve", [row.pk for row in rows])
    return show(view, [row for row in rows if row.pk in kept], view.permit("retrieve"))


def find_fields_seen(view: EntityHooks, row: Any) -> frozenset[str]:
    """Return the fields of a row that the caller may view; of a row out of view, the id."""
    seen = view.keeps("retrieve", [row.pk])
    return view.permit("retrieve") if seen else frozenset({"id"})


def show_rows(
    view: EntityHooks, rows: list[Any], names: frozenset[str], action: str | None = None
) -> list[Row]:
    """Return the rows in wire form, each with the fields of these names that can be read.

    `action` chooses the serializer. By default it is the view's own, or `retrieve`.
    """
    _read_followed(view, rows, names)
    _read_annotated(view, rows, names)
    chosen = action or (view.action if view.action in READS else "retrieve")
    encode = find_encoder(view.find_serializer(chosen), names)
    if encode and not view.overrides("get_serializer"):
        return hide_links(view, [encode(row) for row in rows], names)
    with view.acting(chosen):
        serializer: Any = view.get_serializer(rows, many=True)
    for name in set(serializer.child.fields) - names:
        del serializer.child.fields[name]
    return hide_links(view, serializer.data, names)


def _read_followed(view: EntityHooks, rows: list[Any], names: frozenset[str]) -> None:
    """Read the linked rows whose ids are in no column of these rows: a query a link."""
    links = describe_entity(type(view)).relations.values()
    followed = [
        link.field for link in links if link.is_followed and not link.many and link.name in names
    ]
    if followed:
        prefetch_related_objects(rows, *followed)


def _read_annotated(view: EntityHooks, rows: list[Any], names: frozenset[str]) -> None:
    """Read the fields that the database computes: one query for all of them."""
    columns = describe_entity(type(view)).annotated
    wanted = [column for name, column in columns.items() if name in names]
    if rows and wanted:
        try:
            read_annotations(view.model, rows, wanted)
        except COMPUTING_ERRORS as error:
            refuse_uncomputable(error, select_annotations(view.model, rows, wanted))
            raise


def hide_links(view: EntityHooks, rows: list[Row], names: frozenset[str]) -> list[Row]:
    """Make null of every link to one row that the caller may not see: at most one query a link."""
    for link in keep(view, ("links", names), partial(_list_limited, view, names)):
        linked = [row for row in rows if row[link.name]]
        seen = _find_seen(view, link, {key_of(link.target, row[link.name]) for row in linked})
        for row in linked:
            if key_of(link.target, row[link.name]) not in seen:
                row[link.name] = None
    return rows


def _list_limited(view: EntityHooks, names: frozenset[str]) -> list[Relation]:
    """Return the links to one row among the fields that may lead to a hidden row."""
    relations = describe_entity(type(view)).relations.values()
    return [
        link
        for link in relations
        if link.name in names and not link.many and not _sees_all(view, link)
    ]


def _sees_all(view: EntityHooks, link: Relation) -> bool:
    target = open_entity(view.request, link.target, "retrieve")
    return target is not None and target.reaches_all("retrieve")


def _find_seen(view: EntityHooks, link: Relation, keys: Iterable[Any]) -> set[Any]:
    target = open_entity(view.request, link.target, "retrieve") if keys else None
    if target is None:
        return set()
    return set(target.rows("retrieve").filter(pk__in=keys).values_list("pk", flat=True))


def key_of(model: type[Model], shown: Row) -> Any:
    """Return the key of a row of the model in wire form, or of a link to a row."""
    key = shown["id"]
    return parse_key(model, key) if isinstance(key, str) else key
