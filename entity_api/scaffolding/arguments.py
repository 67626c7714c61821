"""The fields of `startentity`: `name:kind`, with `!` for required and `^` for unique."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from entity_api.scaffolding.code import Attribute, EntityCode, Import, InputError, OptionSet
from entity_api.scaffolding.kinds import KINDS
from entity_api.scaffolding.layout import quote
from entity_api.scaffolding.names import name_member, plural_of, snake_case
from entity_api.scaffolding.reserved import check_field_name

MOST_FIELDS = 100
LONGEST_OPTION = 100
_FIELD = re.compile(r"([^:]*):([^!^]*)([!^]*)")
_OPTION = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9 ._-]*[A-Za-z0-9])?", re.ASCII)
_LIST = "list:"


@dataclass(frozen=True)
class Target:
    """An entity that links may lead to: its model as a source text, and its taken names."""

    source: str
    imports: tuple[Import, ...]
    taken: frozenset[str]


FindTarget = Callable[[str], Target]


class ArgumentReader:
    """Reads the fields of an entity. Raises InputError, one line, for wrong syntax."""

    def __init__(self, name: str, plural: str, targets: Mapping[str, Target]) -> None:
        self._name = name
        self._plural = plural
        self._targets = targets
        self._options: list[OptionSet] = []
        self._linked: list[str] = []

    def read(self, fields: Sequence[str]) -> EntityCode:
        """Return the entity with these fields."""
        if not fields:
            raise InputError(f"{self._name} has no fields: name one, such as title:str.")
        if len(fields) > MOST_FIELDS:
            raise InputError(f"{self._name} has {len(fields)} fields; the most is {MOST_FIELDS}.")
        attributes = [self._read_field(field) for field in fields]
        names = [name for each in attributes for name in _list_names(each)]
        if doubled := [name for name in names if names.count(name) > 1]:
            raise InputError(f"{doubled[0]!r} is named twice.")
        return EntityCode(
            name=self._name,
            plural=self._plural,
            attributes=tuple(attributes),
            options=tuple(self._options),
        )

    def _read_field(self, field: str) -> Attribute:
        found = _FIELD.fullmatch(field)
        if not found or len(set(found[3])) != len(found[3]):
            raise InputError(
                f"{field!r} is no field: write name:kind, then ! if required, ^ if unique."
            )
        name, kind = found[1], found[2]
        check_field_name(name)
        required, unique = "!" in found[3], "^" in found[3]
        if kind.startswith(_LIST):
            return self._read_list(name, kind.removeprefix(_LIST), unique=unique, required=required)
        if "|" in kind:
            return self._read_options(name, kind, required=required, unique=unique)
        if kind[:1].isupper():
            return self._read_link(name, kind, required=required, unique=unique)
        if kind in KINDS and KINDS[kind].is_file:
            return self._read_file(name, kind, required=required, unique=unique)
        return _read_plain(name, kind, required=required, unique=unique)

    def _read_file(self, name: str, kind: str, *, required: bool, unique: bool) -> Attribute:
        if unique:
            raise InputError(f"{name!r}: a field of the kind {kind!r} cannot be unique.")
        folder = f"upload_to={quote(self._plural)}"
        return Attribute(
            name=name,
            call=f"models.{KINDS[kind].field}",
            arguments=(folder,) if required else (folder, "blank=True"),
            required=required,
        )

    def _read_options(self, name: str, text: str, *, required: bool, unique: bool) -> Attribute:
        options = self._add_options(name, text)
        return Attribute(
            name=name,
            call="models.CharField",
            arguments=(
                f"max_length={LONGEST_OPTION}",
                f"choices={options.name}.choices",
                *_end(required=required, unique=unique),
            ),
            required=required,
            sample=quote(options.members[0][1]),
        )

    def _read_list(self, name: str, text: str, *, required: bool, unique: bool) -> Attribute:
        if unique or required:
            raise InputError(
                f"{name!r}: a list takes neither ! nor ^. It is empty where it has no value."
            )
        options = self._add_options(name, text)
        return Attribute(
            name=name,
            call="ChoiceListField",
            arguments=(f"choices={options.name}.choices", "blank=True"),
            imports=(("entity_api", "ChoiceListField"),),
            sample=f"[{quote(options.members[0][1])}]",
        )

    def _add_options(self, name: str, text: str) -> OptionSet:
        values = text.split("|")
        for value in values:
            if not _OPTION.fullmatch(value) or len(value) > LONGEST_OPTION:
                raise InputError(
                    f"{name!r}: {value!r} is no option. An option has letters and digits."
                )
        members = [name_member(value) for value in values]
        if doubled := [
            value for value, at in zip(values, members, strict=True) if members.count(at) > 1
        ]:
            raise InputError(f"{name!r}: the option {doubled[0]!r} is there twice.")
        options = OptionSet(
            "".join(part.capitalize() for part in name.split("_")),
            tuple(zip(members, values, strict=True)),
        )
        self._options.append(options)
        return options

    def _read_link(self, name: str, kind: str, *, required: bool, unique: bool) -> Attribute:
        many = kind.endswith("[]")
        target_name = kind.removesuffix("[]")
        target = self._find_target(name, target_name)
        if many and (required or unique):
            raise InputError(f"{name!r}: a link to many takes neither ! nor ^.")
        if target_name == self._name and required:
            raise InputError(f"{name!r}: the first {self._name} could not link to another one.")
        back = self._name_back(name, target_name, target, single=unique)
        imports = target.imports
        if many:
            arguments: tuple[str, ...] = (
                target.source,
                "blank=True",
                f"related_name={quote(back)}",
            )
            return Attribute(
                name=name,
                call="models.ManyToManyField",
                arguments=arguments
                if target_name != self._name
                else (arguments[0], "symmetrical=False", *arguments[1:]),
                imports=imports,
                target=target.source,
                back=back,
                many=True,
            )
        rule = "models.PROTECT" if required else "models.SET_NULL"
        return Attribute(
            name=name,
            call="models.OneToOneField" if unique else "models.ForeignKey",
            arguments=(
                target.source,
                rule,
                *_end(required=required, unique=False),
                f"related_name={quote(back)}",
            ),
            imports=imports,
            required=required,
            target=target.source,
            back=back,
        )

    def _find_target(self, name: str, target: str) -> Target:
        if target == self._name:
            return Target('"self"', (), frozenset())
        if target not in self._targets:
            close = get_close_matches(target, self._targets, 1)
            meant = (
                f" Do you mean {close[0]}?" if close else f" There are {', '.join(self._targets)}."
            )
            raise InputError(f"{name!r}: there is no entity {target!r}.{meant}")
        return self._targets[target]

    def _name_back(self, name: str, target_name: str, target: Target, *, single: bool) -> str:
        """Return the accessor of the link's other side, which no other field may have."""
        usual = snake_case(self._name if single else self._plural)
        taken = {*target.taken, *self._linked_to(target_name)}
        back = f"{usual}_by_{name}" if target_name == self._name or usual in taken else usual
        if back in taken:
            raise InputError(
                f"{name!r}: {target_name} has a field {back!r} already. Choose another name."
            )
        self._linked.append(f"{target_name}.{back}")
        return back

    def _linked_to(self, target: str) -> list[str]:
        return [each.partition(".")[2] for each in self._linked if each.startswith(f"{target}.")]


def _read_plain(name: str, kind: str, *, required: bool, unique: bool) -> Attribute:
    if kind not in KINDS:
        close = get_close_matches(kind, KINDS, 1)
        meant = f" Do you mean {close[0]!r}?" if close else f" The kinds are {', '.join(KINDS)}."
        raise InputError(f"{name!r}: there is no kind {kind!r}.{meant}")
    found = KINDS[kind]
    if unique and not found.can_be_unique:
        raise InputError(f"{name!r}: a field of the kind {kind!r} cannot be unique.")
    return Attribute(
        name=name,
        call=f"models.{found.field}",
        arguments=(*found.arguments, *_end(required=required, unique=unique)),
        required=required,
        sample=found.sample,
        is_title=found.is_title,
    )


def _end(*, required: bool, unique: bool) -> tuple[str, ...]:
    optional = () if required else ("null=True", "blank=True")
    return (*optional, *(("unique=True",) if unique else ()))


def _list_names(attribute: Attribute) -> list[str]:
    """Return the names that the field takes: a link to one also takes that of its column."""
    to_one = attribute.target and not attribute.many
    return [attribute.name, f"{attribute.name}_id"] if to_one else [attribute.name]


def name_plural(name: str, given: str | None) -> str:
    """Return the plural on the wire, which the developer may give. Raises InputError."""
    plural = given or plural_of(name)
    if not re.fullmatch(r"[a-z][A-Za-z0-9]{0,59}", plural):
        raise InputError(f"{plural!r} is no plural: write a small letter, then letters and digits.")
    return plural
