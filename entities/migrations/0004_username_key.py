"""Gives users the folded form of their names, by which they are unique and found from now on."""

from collections import defaultdict
from typing import Any

import django.contrib.auth.validators
from django.core.management.base import CommandError
from django.db import migrations, models

import entities.usernames

MOST_CLASHES = 20


def fill_keys(apps: Any, schema_editor: Any) -> None:
    users = apps.get_model("entities", "User")._default_manager.using(schema_editor.connection.alias)
    names = users.order_by("pk").values_list("pk", "username")
    spellings: dict[str, list[str]] = defaultdict(list)
    for _, name in names.iterator():
        spellings[entities.usernames.fold_username(name)].append(name)
    refuse_clashes(sorted(sorted(found) for found in spellings.values() if len(found) > 1))
    for key, name in names.iterator():
        users.filter(pk=key).update(username_key=entities.usernames.fold_username(name))


def refuse_clashes(clashes: list[list[str]]) -> None:
    """Stop before anything is changed: only the operator knows which of the accounts is which person's."""
    if not clashes:
        return
    listed = "; ".join(", ".join(repr(name) for name in names) for names in clashes[:MOST_CLASHES])
    more = f"; and {len(clashes) - MOST_CLASHES} more" if len(clashes) > MOST_CLASHES else ""
    raise CommandError(
        "User names that differ only in letter case or in how a character is encoded are one name from now on, "
        f"and these accounts clash: {listed}{more}. Rename or delete all but one of each, with the version of "
        "the service that you ran until now, and migrate again. Nothing was changed."
    )


class Migration(migrations.Migration):
    dependencies = [
        ("entities", "0003_milliseconds"),
    ]

    operations = [
        migrations.AlterModelManagers(name="user", managers=[]),
        migrations.AlterField(
            model_name="user",
            name="username",
            field=models.CharField(
                error_messages={"unique": "A user with that username already exists."},
                max_length=150,
                unique=True,
                validators=[
                    django.contrib.auth.validators.UnicodeUsernameValidator(),
                    entities.usernames.validate_username,
                ],
            ),
        ),
        migrations.AddField(
            model_name="user",
            name="username_key",
            field=models.CharField(max_length=450, null=True),
        ),
        migrations.RunPython(fill_keys, migrations.RunPython.noop, elidable=True),
        migrations.AlterField(
            model_name="user",
            name="username_key",
            field=entities.usernames.UsernameKeyField(
                blank=True, editable=False, max_length=450, unique=True, verbose_name="username"
            ),
        ),
    ]
