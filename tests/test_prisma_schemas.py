"""Prisma schemas are read strictly: a fault is one line with its number, and so is each difference."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from entity_api.scaffolding.amplication.notes import Notes
from entity_api.scaffolding.amplication.translation import Translation
from entity_api.scaffolding.code import InputError
from entity_api.scaffolding.model_code import write_model
from entity_api.scaffolding.names import plural_of
from entity_api.scaffolding.prisma.lexer import LONGEST
from entity_api.scaffolding.prisma.parser import parse_schema
from entity_api.scaffolding.prisma.tree import Block
from tests.processes import ROOT

SERVICES = sorted((ROOT / "tests" / "services").glob("*/prisma/schema.prisma"))
ID = "id String @id @default(uuid())\n  createdAt DateTime @default(now())\n  updatedAt DateTime @updatedAt"


def translate(source: str) -> tuple[str, list[str]]:
    """Return the models as source texts, and the notes."""
    notes = Notes()
    translation = Translation(parse_schema(source), "domain", name, notes)
    return "\n".join(map(write_model, translation.entities)), notes.list()


def name(block: Block) -> tuple[str, str]:
    return block.name, plural_of(block.name)


def translate_field(field: str, more: str = "") -> tuple[str, list[str]]:
    """Return the lines of the model's field, without spaces, and the notes."""
    source, notes = translate(f"model Thing {{\n  {ID}\n  {field}\n}}\n{more}")
    return source.partition('"""A thing."""\n')[2].partition("\n\n    class Meta")[0].strip(), notes


OPTIONS = "enum Color {\n  red\n  dark_blue\n}\n"
FIELDS = {
    "a String": "a = models.CharField(max_length=1000)",
    "a String?": "a = models.CharField(max_length=1000, null=True, blank=True)",
    'a String @unique @map("b")': 'a = models.CharField(max_length=1000, unique=True, db_column="b")',
    'a String @default("it\'s")': 'a = models.CharField(max_length=1000, default="it\'s")',
    "a String @db.VarChar(20)": "a = models.CharField(max_length=20)",
    "a String @db.Text": "a = models.TextField()",
    "a String @default(uuid()) @db.Uuid": "a = models.UUIDField(default=uuid4)",
    "a Boolean @default(true)": "a = models.BooleanField(default=True)",
    "a Int @default(-5)": "a = models.IntegerField(default=-5)",
    "a BigInt?": "a = models.BigIntegerField(null=True, blank=True)",
    "a Float @default(0.5)": "a = models.FloatField(default=0.5)",
    "a Decimal @db.Decimal(10, 2)": "a = models.DecimalField(max_digits=10, decimal_places=2)",
    "a DateTime @default(now())": "a = models.DateTimeField(default=timezone.now)",
    "a DateTime @updatedAt": "a = models.DateTimeField(auto_now=True)",
    "a DateTime? @db.Date": "a = models.DateField(null=True, blank=True)",
    "a DateTime @db.Time(6)": "a = models.TimeField()",
    "a Json?": "a = models.JSONField(null=True, blank=True)",
    'a Json @default("{}")': "a = models.JSONField(blank=True, default=dict)",
    "a Color?": "a = models.CharField(max_length=100, choices=Color.choices, null=True, blank=True)",
    "a Color @default(dark_blue)": (
        "a = models.CharField(max_length=100, choices=Color.choices, default=Color.DARK_BLUE)"
    ),
    "a Color[]": "a = ChoiceListField(choices=Color.choices, blank=True)",
    "fooBar Int": "foo_bar = models.IntegerField()",
    "userID Int": "user_i_d = models.IntegerField()",
    "address_1 Int": "address_1 = models.IntegerField()",
}


@pytest.mark.parametrize("field", FIELDS)
def test_a_field_is_taken_over(field: str) -> None:
    assert translate_field(field, OPTIONS) == (FIELDS[field], [])


NOTED = {
    "a String[]": "a is a JSON field here, whose items are not limited to String.",
    "a Bytes": "a is left out: there are no fields of Bytes.",
    'a Unsupported("tsvector")': "a is left out: there are no fields of Unsupported.",
    "a String @default(cuid())": "the default cuid() of a is not taken over.",
    'a DateTime @default(dbgenerated("x()"))': "the default dbgenerated() of a is not taken over.",
    "a Int @default(autoincrement())": "the default autoincrement() of a is not taken over.",
    "a Color[] @default([red])": "the default of a is an empty list here.",
    "a String @db.Xml": "@db.Xml of a is not taken over.",
    "a String @ignore": "a is left out.",
    "first_name String": "first_name has another name in JSON here: firstName.",
    "class String": "class has another name in JSON here: classField.",
    "save Int": "save has another name in JSON here: saveField.",
    "@@fulltext([id])": "@@fulltext is not taken over.",
}


@pytest.mark.parametrize("field", NOTED)
def test_a_difference_is_noted_with_its_line(field: str) -> None:
    assert translate_field(field, OPTIONS)[1] == [f"schema.prisma, line 5: {NOTED[field]}"]


FAULTS = {
    "a": "line 5: a name is missing; there is the end of the line.",
    "a Strin": "line 5: there is no type 'Strin'.",
    "a String @unknown": "line 5: there is no @unknown.",
    "a String @unique @unique": "line 5: @unique is there twice.",
    "a String\n  a Int": "line 6: Thing has a twice.",
    'a String @default("x': "line 5: a text that does not end in its line cannot be read.",
    'a String @default("\\q")': 'line 5: the text "\\q" has an unknown escape.',
    "a String @default(5)": "line 5: the default of a is no String.",
    "a Int @default(1.5)": "line 5: the default of a is no Int.",
    "a Int @default(3000000000)": "line 5: the default of a is no Int.",
    "a Int @default(nw())": "line 5: there is no function 'nw'.",
    "a Color @default(green)": "line 5: the default of a is no Color.",
    'a Json @default("{")': "line 5: the default of a is no JSON.",
    "a Decimal @db.Decimal(2, 3)": "line 5: @db.Decimal has more places than digits.",
    "a String @db.VarChar(0)": "line 5: @db.VarChar cannot take 0.",
    "a String @map": "line 5: @map takes a text.",
    'a String @map("a\\"; drop")': "line 5: @map has no name of a table or column",
    "a Int @default(" + "[" * 30: "line 5: more than 20 lists are inside each other.",
    "a Thing": "line 5: Thing.a has no opposite field in Thing.",
    "a Thing[]\n  b Thing[]\n  c Thing[]": "line 7: Thing.a has several opposite fields",
    "a Thing?\n  b Thing?": "line 5: one side of Thing.a needs @relation(fields, references).",
    "a Thing? @relation(fields: [bId], references: [id])\n  b Thing[]": (
        "line 5: Thing has no field 'bId'."
    ),
    "a Thing? @relation(fields: [bId], references: [x])\n  b Thing[]\n  bId String?": (
        "line 5: Thing has no field 'x'."
    ),
    "a Thing? @relation(fields: [bId], references: [id], onDelete: Never)\n  b Thing[]\n  bId String?": (
        "line 5: there is no onDelete 'Never'."
    ),
    "@@unique([nothing])": "line 5: Thing has no field 'nothing'.",
    "@@unknown([id])": "line 5: there is no @@unknown.",
    "€": "line 5: '€' cannot be read.",
    "/* a": "line 5: a comment that does not end cannot be read.",
    "}\nmodel Thing {": "line 6: Thing is there already, in line 1.",
    "}\nmodule X {": "line 6: there is no block 'module'.",
    "}\nenum Empty {": "line 6: enum Empty has no values.",
    "}\nmodel X {\n": "",
}


@pytest.mark.parametrize("field", [field for field in FAULTS if FAULTS[field]])
def test_a_fault_is_one_line_with_its_number(field: str) -> None:
    with pytest.raises(InputError) as refused:
        translate_field(field, OPTIONS)
    assert f"schema.prisma, {FAULTS[field]}" in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_block_without_end_and_a_long_schema_are_refused() -> None:
    with pytest.raises(InputError, match="line 1: model Thing does not end"):
        parse_schema("model Thing {\n")
    with pytest.raises(InputError, match="line 1: the schema has 1000001 characters"):
        parse_schema(" " * (LONGEST + 1))


@pytest.mark.parametrize("path", SERVICES, ids=lambda path: path.parent.parent.name)
def test_a_mistyped_schema_is_an_error_or_compiles(path: Path) -> None:
    """Each line is left out once, doubled once, and cut in its middle once."""
    lines = path.read_text(encoding="utf-8").splitlines()
    refused: list[str] = []
    for number, line in enumerate(lines):
        for other in ([], [line, line], [line[: len(line) // 2]]):
            try:
                source, _ = translate("\n".join([*lines[:number], *other, *lines[number + 1 :]]))
            except InputError as error:
                refused.append(str(error))
            else:
                compile(source, "models.py", "exec")
    assert len(refused) > len(lines)
    assert all(text.startswith("schema.prisma, line ") for text in refused)


def test_links_of_every_kind_are_taken_over() -> None:
    path = ROOT / "tests" / "services" / "learning" / "prisma" / "schema.prisma"
    source, _ = translate(path.read_text(encoding="utf-8"))
    for line in (
        'parent = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="parts")',
        '"self", symmetrical=False, blank=True, related_name="items"',
        'items = models.ManyToManyField(Item, blank=True, related_name="topics")',
        'item = models.ForeignKey(Item, models.PROTECT, related_name="progresses")',
    ):
        assert line in source


def test_the_example_of_the_documents_is_what_is_written() -> None:
    page = (ROOT / "docs" / "amplication.md").read_text(encoding="utf-8")
    (schema,) = re.findall(r"```prisma\n(.*?)```", page, re.DOTALL)
    (model,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    other = f"model School {{\n  {ID}\n  teachers Teacher[]\n}}\n"
    assert translate(schema + other)[0].startswith(model)
