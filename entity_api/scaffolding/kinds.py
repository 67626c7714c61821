"""The kinds of fields that a developer names, and the field of a model for each of them."""

from __future__ import annotations

from dataclasses import dataclass

from entity_api.scaffolding.code import Import

LONGEST_TEXT = 1000
_DECIMAL = ("max_digits=15", "decimal_places=2")


@dataclass(frozen=True, kw_only=True)
class Kind:
    """The class of a model's field, its arguments, and a value in JSON for a test."""

    field: str
    arguments: tuple[str, ...] = ()
    sample: str = ""
    is_title: bool = False
    can_be_unique: bool = True
    is_file: bool = False
    imports: tuple[Import, ...] = ()


KINDS = {
    "str": Kind(
        field="CharField",
        arguments=(f"max_length={LONGEST_TEXT}",),
        sample='"Text"',
        is_title=True,
    ),
    "text": Kind(field="TextField", sample='"Text"', can_be_unique=False),
    "email": Kind(field="EmailField", sample='"ada@example.org"', is_title=True),
    "int": Kind(field="IntegerField", sample="5"),
    "bigint": Kind(field="BigIntegerField", sample="5000000000"),
    "float": Kind(field="FloatField", sample="2.5"),
    "decimal": Kind(field="DecimalField", arguments=_DECIMAL, sample='"1.50"'),
    "bool": Kind(field="BooleanField", sample="True", can_be_unique=False),
    "date": Kind(field="DateField", sample='"2026-01-31"'),
    "datetime": Kind(field="DateTimeField", sample='"2026-01-31T12:00:00.000Z"'),
    "time": Kind(field="TimeField", sample='"12:30:00"'),
    "duration": Kind(field="DurationField", sample='"PT1H30M"'),
    "uuid": Kind(field="UUIDField", sample='"01a2209b-0096-7393-877b-6aa88f691b5b"'),
    "url": Kind(field="URLField", sample='"https://example.org/"', is_title=True),
    "slug": Kind(field="SlugField", sample='"a-text"', is_title=True),
    "ip": Kind(field="GenericIPAddressField", sample='"192.0.2.1"'),
    "json": Kind(field="JSONField", sample='{"a": [1]}', can_be_unique=False),
    "file": Kind(field="FileField", can_be_unique=False, is_file=True),
    "image": Kind(field="ImageField", can_be_unique=False, is_file=True),
}
