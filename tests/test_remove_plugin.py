"""`manage.py remove_plugin`, and the check that finds what an app has left in the database."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.core.checks import run_checks
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from runtime import belongings

Leave = Callable[..., Permission]


def execute(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


def list_tables() -> set[str]:
    return set(connection.introspection.table_names())


@pytest.fixture
def leave(db: None) -> Leave:
    """Leave the parts of an app that is not installed: `leave("keys", "keys_key")`."""

    def leave(label: str, *tables: str, models: tuple[str, ...] = ("key",)) -> Permission:
        for table in tables:
            execute(f"CREATE TABLE {table} (id integer PRIMARY KEY)")
        MigrationRecorder(connection).record_applied(label, "0001_initial")
        kinds = [ContentType.objects.create(app_label=label, model=model) for model in models]
        if not kinds:
            return Permission.objects.all()[0]
        return Permission.objects.create(codename="add_key", name="Add", content_type=kinds[0])

    return leave


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    def run(*arguments: str) -> str:
        call_command("remove_plugin", *arguments)
        return capsys.readouterr().out

    return run


def list_warnings() -> list[Any]:
    return [each for each in run_checks(databases=["default"]) if each.id == "runtime.W001"]


def test_nothing_is_left_of_apps_that_were_never_there(db: None) -> None:
    assert list_warnings() == []


def test_the_check_says_what_is_left(leave: Leave) -> None:
    leave("keys", "keys_key", "keys_key_users")
    (warning,) = list_warnings()
    assert "1 table, 1 content type, 1 permission, 1 applied migration" in warning.msg
    assert "`manage.py remove_plugin keys`" in warning.hint
    assert "cannot be deleted" not in warning.hint


def test_the_check_says_which_rows_cannot_be_deleted(leave: Leave) -> None:
    leave("keys")
    kind = "uuid" if connection.vendor == "postgresql" else "char(32)"
    execute(f"CREATE TABLE keys_key (user_id {kind} REFERENCES accounts_user (id))")
    (warning,) = list_warnings()
    assert "some rows of accounts_user cannot be deleted" in warning.hint


def test_without_yes_it_lists_and_changes_nothing(leave: Leave, run: Callable[..., str]) -> None:
    leave("keys", "keys_key")
    shown = run("keys")
    assert "table keys_key (rows: 0)" in shown
    assert "permissions: add_key" in shown
    assert "Nothing was changed" in shown
    assert "keys_key" in list_tables()
    assert len(list_warnings()) == 1


def test_with_yes_it_takes_them_out_and_roles_keep_the_rest(
    leave: Leave, run: Callable[..., str]
) -> None:
    role = Group.objects.create(name="keeper")
    other = Permission.objects.filter(content_type__app_label="accounts")[0]
    role.permissions.set([leave("keys", "keys_key"), other])
    before = list_tables()
    assert "rows of auth_group_permissions: 1" in run("keys", "--yes")
    assert before - list_tables() == {"keys_key"}
    assert list(role.permissions.all()) == [other]
    assert list_warnings() == []


def test_links_to_many_go_and_other_tables_of_such_a_name_stay(
    leave: Leave, run: Callable[..., str]
) -> None:
    leave("keys", "keys_key", "keys_key_backup")
    execute("CREATE TABLE keys_key_users (id integer, key_id integer, user_id integer)")
    before = list_tables()
    run("keys", "--yes")
    assert before - list_tables() == {"keys_key", "keys_key_users"}


def test_tables_of_installed_apps_are_never_taken(leave: Leave, run: Callable[..., str]) -> None:
    leave("accounts_user", models=("groups",))
    before = list_tables()
    assert "table" not in run("accounts_user", "--yes")
    leave("accounts_user", models=())
    assert "table" not in run("accounts_user", "--yes")
    assert list_tables() == before


def test_without_content_types_the_longest_label_has_the_table(
    leave: Leave, run: Callable[..., str]
) -> None:
    leave("my", "my_key", models=())
    leave("my_keys", "my_keys_key", models=())
    before = list_tables()
    run("my", "--yes")
    assert before - list_tables() == {"my_key"}


def test_models_of_an_app_that_is_out_name_its_tables(db: None) -> None:
    from tests.tabled_provider.apps import TabledProviderConfig

    config = TabledProviderConfig.create("tests.tabled_provider")
    assert belongings.list_declared(config) == {"tabled_provider_key"}


def test_a_table_that_another_table_needs_is_refused(leave: Leave, run: Callable[..., str]) -> None:
    leave("keys", "keys_key")
    execute("CREATE TABLE needy (key_id integer REFERENCES keys_key (id))")
    with pytest.raises(CommandError, match=r"^needy refers to keys_key\..*$"):
        run("keys", "--yes")
    assert "keys_key" in list_tables()


def test_rows_that_refer_to_each_other_are_no_hindrance(
    leave: Leave, run: Callable[..., str]
) -> None:
    leave("keys", "keys_key", models=("key", "ring"))
    needs_key = "integer REFERENCES keys_key (id) DEFERRABLE INITIALLY DEFERRED"
    execute(f"CREATE TABLE keys_ring (id integer PRIMARY KEY, key_id {needs_key})")
    execute("INSERT INTO keys_key VALUES (1)")
    execute("INSERT INTO keys_ring VALUES (1, 1)")
    run("keys", "--yes")
    assert not {"keys_key", "keys_ring"} & list_tables()


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("nothing_known", "Nothing in the database belongs to 'nothing_known'. Known are: auth_"),
        ("a b/../c", "Nothing in the database belongs to 'a b/../c'"),
        ("json", "Nothing in the database belongs to 'json'"),
        ("accounts", "accounts is installed and is no plugin."),
        ("auth", "django.contrib.auth is installed and is no plugin."),
        ("auth_core", "auth_basic, auth_jwt cannot work without auth_core."),
    ],
)
def test_a_wrong_name_is_one_line(
    db: None, run: Callable[..., str], name: str, message: str
) -> None:
    before = list_tables()
    with pytest.raises(CommandError) as refused:
        run(name, "--yes")
    assert str(refused.value).startswith(message)
    assert "\n" not in str(refused.value)
    assert list_tables() == before


def test_an_installed_plugin_is_taken_with_a_warning(db: None, run: Callable[..., str]) -> None:
    shown = run("auth_jwt", "--yes")
    assert "auth_jwt is still installed" in shown
    assert "auth_jwt_session" not in list_tables()
    assert "nothing of auth_jwt" in run("auth_jwt")
