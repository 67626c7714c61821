"""Columns: the model's field for a field of a Prisma model that is no relation."""

from __future__ import annotations

from collections.abc import Mapping

from entity_api.scaffolding.amplication.defaults import Default, write_default
from entity_api.scaffolding.amplication.notes import Notes
from entity_api.scaffolding.code import Attribute, Import, OptionSet
from entity_api.scaffolding.kinds import LONGEST_TEXT
from entity_api.scaffolding.layout import quote
from entity_api.scaffolding.prisma.tree import Field, Mark, Number, fail

# The class and arguments for a scalar of Prisma. A decimal is as long as Prisma's.
SCALARS: dict[str, tuple[str, tuple[str, ...]]] = {
    "String": ("CharField", (f"max_length={LONGEST_TEXT}",)),
    "Boolean": ("BooleanField", ()),
    "Int": ("IntegerField", ()),
    "BigInt": ("BigIntegerField", ()),
    "Float": ("FloatField", ()),
    "Decimal": ("DecimalField", ("max_digits=65", "decimal_places=30")),
    "DateTime": ("DateTimeField", ()),
    "Json": ("JSONField", ()),
}
# The same for a type of the database.
NATIVE: dict[tuple[str, str], tuple[str, tuple[str, ...]]] = {
    ("String", "db.Text"): ("TextField", ()),
    ("String", "db.Uuid"): ("UUIDField", ()),
    ("String", "db.Inet"): ("GenericIPAddressField", ()),
    ("Int", "db.SmallInt"): ("SmallIntegerField", ()),
    ("DateTime", "db.Date"): ("DateField", ()),
    ("DateTime", "db.Time"): ("TimeField", ()),
    ("DateTime", "db.Timetz"): ("TimeField", ()),
}
# Types that hold the same values as the field of the scalar.
SAME = frozenset(
    {
        *("db.Integer", "db.Int", "db.BigInt", "db.DoublePrecision", "db.Double", "db.Real"),
        *("db.Float", "db.Boolean", "db.Bool", "db.Timestamp", "db.Timestamptz", "db.DateTime"),
        *("db.Json", "db.JsonB", "db.LongText", "db.MediumText", "db.String"),
    }
)
LENGTHS = ("db.VarChar", "db.Char", "db.NVarChar", "db.NChar")
LONGEST_OPTION = 100
# As PostgreSQL has them.
MOST_DIGITS = 1000
LONGEST_COLUMN = 10_485_760


def write_column(
    field: Field, name: str, options: Mapping[str, OptionSet], notes: Notes
) -> Attribute | None:
    """Return the field, or `None` with a note where there is no such field here.

    Raises InputError where the schema contradicts itself.
    """
    if field.type in ("Bytes", "Unsupported"):
        notes.add(field.line, f"{field.name} is left out: there are no fields of {field.type}.")
        return None
    if field.type not in SCALARS and field.type not in options:
        notes.add(field.line, f"{field.name} is left out: its type {field.type} is left out.")
        return None
    call, arguments, imports = _find_class(field, options, notes)
    default = write_default(field, options.get(field.type), notes)
    if call == "ChoiceListField":
        # It has the empty list as a default by itself.
        default = Default()
    return Attribute(
        name=name,
        call=call,
        arguments=(*arguments, *_end(field, call), *default.arguments),
        imports=(*imports, *default.imports),
        is_title=call == "models.CharField" and field.type == "String",
    )


def _find_class(
    field: Field, options: Mapping[str, OptionSet], notes: Notes
) -> tuple[str, tuple[str, ...], tuple[Import, ...]]:
    if field.type in options:
        choices = f"choices={options[field.type].name}.choices"
        if field.many:
            return "ChoiceListField", (choices,), (("entity_api", "ChoiceListField"),)
        longest = max(len(value) for _, value in options[field.type].members)
        return "models.CharField", (f"max_length={max(LONGEST_OPTION, longest)}", choices), ()
    if field.many:
        text = f"{field.name} is a JSON field here, whose items are not limited to {field.type}."
        notes.add(field.line, text)
        return "models.JSONField", (), ()
    chosen, arguments = SCALARS[field.type]
    for mark in field.list_native():
        chosen, arguments = _read_native(field, mark, (chosen, arguments), notes)
    return f"models.{chosen}", arguments, ()


def _read_native(
    field: Field, mark: Mark, usual: tuple[str, tuple[str, ...]], notes: Notes
) -> tuple[str, tuple[str, ...]]:
    if found := NATIVE.get((field.type, mark.name)):
        return found
    if field.type == "String" and mark.name in LENGTHS:
        return "CharField", (f"max_length={_read_number(mark, 0, LONGEST_TEXT)}",)
    if field.type == "Decimal" and mark.name in ("db.Decimal", "db.Numeric"):
        digits, places = (
            _read_number(mark, 0, 65),
            _read_number(mark, 1, 0 if mark.arguments else 30),
        )
        if places > digits:
            raise fail(mark.line, f"@{mark.name} has more places than digits.")
        return "DecimalField", (f"max_digits={digits}", f"decimal_places={places}")
    if mark.name not in SAME:
        notes.add(mark.line, f"@{mark.name} of {field.name} is not taken over.")
    return usual


def _read_number(mark: Mark, position: int, usual: int) -> int:
    if len(mark.arguments) <= position:
        return usual
    value = mark.arguments[position].value
    least = 1 if position == 0 else 0
    if not isinstance(value, Number) or not value.text.isdecimal() or len(value.text) > 9:
        raise fail(mark.line, f"@{mark.name} takes a number.")
    most = LONGEST_COLUMN if mark.name in LENGTHS else MOST_DIGITS
    if not least <= int(value.text) <= most:
        raise fail(mark.line, f"@{mark.name} cannot take {value.text}.")
    return int(value.text)


def _end(field: Field, call: str) -> tuple[str, ...]:
    arguments: list[str] = []
    if field.optional:
        arguments += ["null=True", "blank=True"]
    elif field.many or (field.type == "Json" and field.find("default")):
        # An empty value is a value, also in the admin.
        arguments += ["blank=True"]
    if field.find("unique") or field.find("id"):
        arguments.append("unique=True")
    if field.find("updatedAt"):
        arguments.append("auto_now=True")
    if mark := field.find("map"):
        arguments.append(f"db_column={quote(mark.read_table_name())}")
    return tuple(arguments)
