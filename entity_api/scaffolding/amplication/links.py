"""Links: the model's field for a relation of a Prisma schema."""

from __future__ import annotations

from dataclasses import dataclass

from entity_api.scaffolding.amplication.notes import Notes
from entity_api.scaffolding.code import Attribute, Import
from entity_api.scaffolding.layout import quote
from entity_api.scaffolding.prisma.relations import End, Relation
from entity_api.scaffolding.prisma.tree import Name, fail

USER = "settings.AUTH_USER_MODEL"
_USER_IMPORT: Import = ("django.conf", "settings")
RULES = {
    "Cascade": "models.CASCADE",
    "Restrict": "models.PROTECT",
    "NoAction": "models.PROTECT",
    "SetNull": "models.SET_NULL",
}


@dataclass(frozen=True)
class Link:
    """A relation with the names of both sides here, and the target as a source text."""

    relation: Relation
    name: str
    back: str
    target: str


def write_link(link: Link, notes: Notes) -> Attribute:
    """Return the field of the side that holds the link."""
    holder, other = link.relation.holder, link.relation.other
    target = '"self"' if holder.model is other.model else link.target
    imports = (_USER_IMPORT,) if target == USER else ()
    related = f"related_name={quote(link.back)}"
    if link.relation.is_many_to_many:
        own = ("symmetrical=False",) if target == '"self"' else ()
        return Attribute(
            name=link.name,
            call="models.ManyToManyField",
            arguments=(target, *own, "blank=True", related),
            imports=imports,
            target=target,
            many=True,
        )
    optional = holder.field.optional
    return Attribute(
        name=link.name,
        call="models.ForeignKey" if other.field.many else "models.OneToOneField",
        arguments=(
            target,
            _find_rule(holder, notes),
            *(("null=True", "blank=True") if optional else ()),
            *_find_column(holder),
            related,
        ),
        imports=imports,
        required=not optional,
        target=target,
    )


def _find_column(holder: End) -> tuple[str, ...]:
    mark = holder.model.fields[holder.columns[0]].find("map")
    return (f"db_column={quote(mark.read_table_name())}",) if mark else ()


def _find_rule(holder: End, notes: Notes) -> str:
    """Return what happens to the row when the row that it links to is deleted."""
    field = holder.field
    usual = "models.SET_NULL" if field.optional else "models.PROTECT"
    mark = field.find("relation")
    value = mark.find("onDelete") if mark else None
    if value is None:
        return usual
    name = value.text if isinstance(value, Name) else ""
    if name == "SetDefault" or (name == "SetNull" and not field.optional):
        notes.add(field.line, f"{field.name}: onDelete {name} is {usual} here.")
        return usual
    if name not in RULES:
        raise fail(field.line, f"there is no onDelete {name!r}.")
    return RULES[name]
