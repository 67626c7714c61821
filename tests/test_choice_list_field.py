"""`ChoiceListField` in migrations, in validation and in forms."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, models
from django.db.migrations import AddField, AlterField, CreateModel, Migration
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.state import ModelState, ProjectState
from django.db.migrations.writer import MigrationWriter

from entity_api import ChoiceListField

COLORS = [("red", "Red"), ("light blue", "Light blue")]


class Level(models.IntegerChoices):
    LOW = 1
    HIGH = 2


def find_changes(before: Any, after: Any) -> list[Any]:
    """Return the operations that makemigrations would write."""
    states = []
    for field in (before, after):
        fields: list[Any] = [("id", models.BigAutoField(primary_key=True))]
        fields += [("colors", field)] if field else []
        state = ProjectState()
        state.add_model(ModelState("cloth", "Shirt", fields))
        states.append(state)
    detector: Any = MigrationAutodetector(states[0], states[1])
    found = detector._detect_changes()
    return [each for migration in found.get("cloth", ()) for each in migration.operations]


@pytest.mark.parametrize(
    "field",
    [
        ChoiceListField(choices=COLORS),
        ChoiceListField(choices=dict(COLORS)),
        ChoiceListField(choices=[("Warm", COLORS)], blank=True, default=list),
        ChoiceListField(choices=Level.choices, null=True, help_text="How high"),
        ChoiceListField(choices=Level),
        ChoiceListField(),
    ],
)
def test_a_field_is_made_again_out_of_its_parts(field: Any) -> None:
    _, path, args, options = field.deconstruct()
    module, _, name = path.rpartition(".")
    made = getattr(import_module(module), name)(*args, **options)
    assert made.deconstruct()[1:] == field.deconstruct()[1:]
    assert made.options == field.options
    assert find_changes(field, made) == find_changes(field, field.clone()) == []


def test_a_migration_writes_it_with_plain_values() -> None:
    fields: list[Any] = [("levels", ChoiceListField(choices=Level))]
    written = MigrationWriter(
        type("Migration", (Migration,), {"operations": [CreateModel("Shirt", fields)]})(
            "0001", "cloth"
        )
    ).as_string()
    assert "entity_api.ChoiceListField(choices=[(1, 'Low'), (2, 'High')], default=list)" in written
    scope: dict[str, Any] = {}
    exec(compile(written, "0001.py", "exec"), scope)  # noqa: S102 (what Django does with it)
    ((_, made),) = scope["Migration"].operations[0].fields
    assert made.options == [(1, "Low"), (2, "High")]


def test_other_choices_are_a_change() -> None:
    before = ChoiceListField(choices=COLORS)
    (change,) = find_changes(before, ChoiceListField(choices=[*COLORS, ("green", "Green")]))
    field: Any = change.field
    assert (type(change), len(field.options)) == (AlterField, 3)
    assert find_changes(before, ChoiceListField(choices=COLORS, default=list)) == []
    (added,) = find_changes(None, before)
    assert isinstance(added, AddField)


@pytest.mark.django_db(transaction=True)
def test_rows_get_an_empty_list_and_keep_their_values() -> None:
    """Runs the operations on the database, as `migrate` does."""
    state = ProjectState()
    make = CreateModel("Shirt", [("id", models.BigAutoField(primary_key=True))])
    add = AddField("Shirt", "colors", ChoiceListField(choices=COLORS))
    alter = AlterField("Shirt", "colors", ChoiceListField(choices=COLORS[:1], blank=True))
    for operation in (make, add, alter):
        before, state = state, state.clone()
        operation.state_forwards("cloth", state)
        with connection.schema_editor() as editor:
            operation.database_forwards("cloth", editor, before, state)
        shirts: Any = state.apps.get_model("cloth", "Shirt").objects
        if operation is make:
            shirts.create()
        elif operation is add:
            assert shirts.get().colors == []
            shirts.update(colors=["red", "light blue"])
    assert shirts.get().colors == ["red", "light blue"]
    assert shirts.filter(colors__has_item="red").count() == 1
    with connection.schema_editor() as editor:
        make.database_backwards("cloth", editor, state, ProjectState())


@pytest.mark.parametrize(
    "value",
    [["pink"], ["red", "pink"], "red", {"red": 1}, 5, [["red"]], [{}], ["red", "red"], "", {}],
)
def test_another_value_is_refused(value: Any) -> None:
    field = ChoiceListField(choices=COLORS, blank=True)
    with pytest.raises(ValidationError) as refused:
        field.clean(value, None)
    assert refused.value.code == "invalid_choice"


def test_true_is_not_the_choice_1() -> None:
    with pytest.raises(ValidationError):
        ChoiceListField(choices=Level).clean([True], None)


def test_empty_lists_and_null_follow_the_field() -> None:
    with pytest.raises(ValidationError):
        ChoiceListField(choices=COLORS).clean([], None)
    assert ChoiceListField(choices=COLORS, blank=True).clean([], None) == []
    assert ChoiceListField(choices=COLORS, blank=True, null=True).clean(None, None) is None


@pytest.mark.parametrize(
    ("choices", "sent", "expected"),
    [(COLORS, ["red"], ["red"]), (Level, ["1", "2"], [1, 2]), (COLORS, [], [])],
)
def test_a_form_gives_values_of_the_right_type(choices: Any, sent: Any, expected: Any) -> None:
    field = ChoiceListField(choices=choices, blank=True).formfield()
    assert field.clean(sent) == expected
    for wrong in (["pink"], ["3"], "red", ["red", "3"]):
        with pytest.raises(ValidationError):
            field.clean(wrong)


def test_a_form_knows_whether_it_was_changed() -> None:
    field = ChoiceListField(choices=Level, blank=True).formfield()
    assert not field.has_changed([1, 2], ["2", "1"])
    assert field.has_changed([1], ["2"])
    assert field.has_changed(["1"], [])
