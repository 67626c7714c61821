"""A Prisma schema translated into the code of entities."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from django.contrib.auth import get_user_model

from entity_api.scaffolding.amplication.columns import write_column
from entity_api.scaffolding.amplication.constraints import ConstraintWriter
from entity_api.scaffolding.amplication.links import USER as USER_MODEL
from entity_api.scaffolding.amplication.links import Link, write_link
from entity_api.scaffolding.amplication.naming import name_class, name_field
from entity_api.scaffolding.amplication.notes import Notes
from entity_api.scaffolding.amplication.sorting import USER, sort_blocks
from entity_api.scaffolding.code import Attribute, EntityCode, OptionSet
from entity_api.scaffolding.layout import quote
from entity_api.scaffolding.names import name_member
from entity_api.scaffolding.prisma.relations import Relation
from entity_api.scaffolding.prisma.tree import Block, Call, Field

# Fields of every entity, and of users.
ENTITY = ("id", "createdAt", "updatedAt")
USERS = frozenset(
    {*ENTITY, "username", "password", "email", "firstName", "lastName", "roles", "isActive"}
)
# The name of a class here for a block, and its plural on the wire.
NameBlock = Callable[[Block], tuple[str, str]]


class Translation:
    """Translates a schema. `entities` and `options` are the result, `notes` all that differs.

    `name_block` names the classes. Raises InputError where the schema contradicts itself.
    """

    def __init__(self, blocks: list[Block], app: str, name_block: NameBlock, notes: Notes) -> None:
        self._app = app
        self._notes = notes
        self._parts = sort_blocks(blocks, notes)
        self._classes = {
            block.name: name_block(block)
            for block in self._parts.models.values()
            if block.name != USER
        }
        self.options = {
            block.name: _write_options(block, notes) for block in self._parts.enums.values()
        }
        self._names = {
            block.name: self._name_fields(block) for block in self._parts.models.values()
        }
        self.entities = [self._write_entity(self._parts.models[name]) for name in self._classes]
        self._note_users()

    def _name_fields(self, block: Block) -> dict[str, str]:
        """Return the names here of a model's fields that are taken over."""
        names: dict[str, str] = {}
        taken = set(dir(get_user_model())) if block.name == USER else set[str]()
        held = {column for model, column in self._parts.held if model == block.name}
        for field in block.fields.values():
            place = (block.name, field.name)
            if place in self._parts.dropped or field.name in held or field.find("ignore"):
                continue
            if _is_kept_by_entity(field):
                names[field.name] = {"createdAt": "created_at", "updatedAt": "updated_at"}.get(
                    field.name, "id"
                )
            elif block.name != USER or field.type in self._parts.models:
                names[field.name] = name_field(field, {*taken, *names.values()}, self._notes)
        return names

    def _write_entity(self, block: Block) -> EntityCode:
        names = self._names[block.name]
        attributes = list(self._list_attributes(block, names))
        _note_entity_fields(block, self._notes)
        name, plural = self._classes[block.name]
        held = {
            column: names[relation.holder.field.name]
            for (model, column), relation in self._parts.held.items()
            if model == block.name
        }
        written = {each.name for each in attributes} | {"id", "created_at", "updated_at"}
        kept = {prisma: own for prisma, own in {**names, **held}.items() if own in written}
        prefix = f"{self._app}_{name.lower()}"
        constraints = ConstraintWriter(prefix, kept, attributes, self._notes)
        constraints.write(block)
        return EntityCode(
            name=name,
            plural=plural,
            attributes=tuple(attributes),
            constraints=tuple(constraints.constraints),
            indexes=tuple(constraints.indexes),
            table=constraints.table,
        )

    def _list_attributes(self, block: Block, names: dict[str, str]) -> Iterator[Attribute]:
        links = {
            each.holder.field.name: each for each in self._parts.links if each.holder.model is block
        }
        backs = {each.other.field.name for each in self._parts.links if each.other.model is block}
        for field in block.fields.values():
            if field.find("ignore") and (block.name, field.name) not in self._parts.dropped:
                self._notes.add(field.line, f"{field.name} is left out.")
            elif call := _find_counter(field):
                yield Attribute(name="id", call=call, arguments=("primary_key=True",))
            elif field.name in links:
                yield self._write_link(links[field.name], names[field.name])
            elif field.name in names and not (field.name in backs or _is_kept_by_entity(field)):
                column = write_column(field, names[field.name], self.options, self._notes)
                yield from [column] if column else []

    def _write_link(self, relation: Relation, name: str) -> Attribute:
        target = relation.other.model.name
        source = USER_MODEL if target == USER else self._name_target(relation)
        back = self._names[target][relation.other.field.name]
        return write_link(Link(relation, name, back, source), self._notes)

    def _name_target(self, relation: Relation) -> str:
        """Return the class that a link leads to, or its name in quotes where it comes below."""
        name = self._classes[relation.other.model.name][0]
        order = list(self._classes)
        places = [order.index(end.model.name) for end in (relation.other, relation.holder)]
        return name if places[0] < places[1] else quote(name)

    def _note_users(self) -> None:
        users = self._parts.models.get(USER)
        if users is None:
            return
        for field in users.fields.values():
            if (USER, field.name) in self._parts.dropped or field.name in USERS:
                continue
            if field.name in self._names[USER]:
                name = self._names[USER][field.name]
                text = (
                    f"{field.name} is shown once UserSerializer names {quote(name)} in its fields."
                )
            else:
                text = f"{field.name} is left out: accounts/models.py has the fields of users."
            self._notes.add(field.line, text)


def _is_kept_by_entity(field: Field) -> bool:
    """Return whether the base of all entities has this field."""
    if field.name == "id":
        return field.find("id") is not None
    return field.name in ENTITY and field.type == "DateTime" and not field.many


def _find_counter(field: Field) -> str:
    """Return the class of an id that the database counts; empty for any other field."""
    if field.name != "id" or field.find("id") is None or _find_maker(field) != "autoincrement":
        return ""
    return {"Int": "models.AutoField", "BigInt": "models.BigAutoField"}.get(field.type, "")


def _find_maker(field: Field) -> str:
    """Return the function of the default, such as `uuid`; empty without one."""
    mark = field.find("default")
    call = mark.find("value", first=True) if mark else None
    return call.name if isinstance(call, Call) else ""


def _note_entity_fields(block: Block, notes: Notes) -> None:
    """Note how the fields of the base differ from those of the model."""
    identity = block.fields.get("id")
    if identity is None or identity.find("id") is None:
        notes.add(block.line, f"{block.name} has the field id here, a UUID in a text.")
    elif _find_counter(identity):
        notes.add(identity.line, "the id is a number in a text here.")
    elif identity.type != "String" or _find_maker(identity) not in ("uuid", "cuid"):
        text = f"the id is a UUID in a text here, made by the service, not {identity.type}."
        notes.add(identity.line, text)
    missing = [name for name in ENTITY[1:] if name not in block.fields]
    if missing:
        notes.add(block.line, f"{block.name} has {' and '.join(missing)} here as well.")


def _write_options(block: Block, notes: Notes) -> OptionSet:
    members: dict[str, str] = {}
    for field in block.fields.values():
        member = name_member(field.name)
        while member in members:
            member += "_"
        members[member] = field.name
        if mark := field.find("map"):
            notes.add(mark.line, f"{block.name}.{field.name} is stored by this name, not by @map.")
    for mark in block.marks:
        notes.add(mark.line, f"@@{mark.name} of an enum is not taken over.")
    return OptionSet(name_class(block, (), notes, "Options"), tuple(members.items()))
