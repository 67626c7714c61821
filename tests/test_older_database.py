"""A database of an older version, whose users were in `entities_user`, is recognised and taken
over.
"""

from __future__ import annotations

from subprocess import CompletedProcess

import pytest

from tests.processes import run_python

pytestmark = pytest.mark.exhaustive

# The state of a database before the users had an app of their own.
MAKE_OLD = """
import django; django.setup()
from django.core.management import call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from accounts.models import User
from django.contrib.contenttypes.models import ContentType
call_command("migrate", verbosity=0)
call_command("migrate", "accounts", "0001", verbosity=0)
call_command("seed_users", password="analytical engine", verbosity=0)
with connection.cursor() as cursor:
    for table in ("user", "user_groups", "user_user_permissions"):
        cursor.execute(f"ALTER TABLE accounts_{table} RENAME TO entities_{table}")
    cursor.execute(f"DROP INDEX {User._meta.indexes[0].name}")
    cursor.execute("CREATE INDEX entities_us_created_d468a2_idx ON entities_user (created_at, id)")
ContentType.objects.filter(app_label="accounts").update(app_label="entities")
recorder = MigrationRecorder(connection)
recorder.migration_qs.filter(app="accounts").delete()
for name in ("0001_initial", "0002_created_at_with_id", "0003_milliseconds", "0004_username_key"):
    recorder.record_applied("entities", name)
recorder.record_applied("entities", "0005_of_the_project")
"""
READ = """
import django; django.setup()
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from accounts.models import User
user = User.objects.get()
print(user.username, user.roles, user.check_password("analytical engine"))
migrations = MigrationRecorder(connection).migration_qs.filter(app="entities")
print(sorted(migrations.values_list("name", flat=True)))
"""
FORGET_LAST = """
import django; django.setup()
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
MigrationRecorder(connection).record_unapplied("entities", "0004_username_key")
"""
FAULT = "The database 'default' is of an older version: its users are in entities_user."
REMEDY = "Make a backup, then run `manage.py adopt_database`. It keeps all data."


@pytest.fixture
def environment(database_url: str) -> dict[str, str]:
    environment = {"DATABASE_URL": database_url, "DEBUG": "true"}
    done = run_python("-c", MAKE_OLD, **environment)
    assert done.returncode == 0, done.stderr
    return environment


def manage(environment: dict[str, str], *arguments: str) -> CompletedProcess[str]:
    return run_python("manage.py", *arguments, **environment)


COMMANDS = (
    ("migrate",),
    ("quickstart", "--port", "8499"),
    ("check", "--database", "default"),
)


def test_commands_refuse_it_with_the_remedy(environment: dict[str, str]) -> None:
    # A database for each command would take most of the time.
    for command in COMMANDS:
        done = manage(environment, *command)
        assert done.returncode == 1
        assert FAULT in done.stderr
        assert REMEDY in done.stderr
        assert "Traceback" not in done.stderr
    done = manage(environment, "seed_users")
    assert (done.returncode, "Traceback" in done.stderr) == (1, False)
    assert "manage.py check --database default" in done.stderr


def test_a_server_does_not_start(environment: dict[str, str]) -> None:
    done = run_python("-c", "import config.wsgi", **environment)
    assert (done.returncode, done.stderr.splitlines()[0]) == (1, "The service does not start:")
    assert f"{FAULT} {REMEDY}" in done.stderr


def test_it_is_taken_over_with_its_data_and_the_projects_own_migrations(
    environment: dict[str, str],
) -> None:
    assert manage(environment, "adopt_database").returncode == 0
    assert manage(environment, "migrate").returncode == 0
    assert manage(environment, "makemigrations", "--check").returncode == 0
    user, migrations = run_python("-c", READ, **environment).stdout.splitlines()[-2:]
    assert user == "admin ['admin'] True"
    assert migrations == "['0001_initial', '0005_of_the_project']"


def test_a_database_that_lacks_a_migration_is_left_alone(environment: dict[str, str]) -> None:
    assert run_python("-c", FORGET_LAST, **environment).returncode == 0
    done = manage(environment, "adopt_database")
    assert "lacks the migration entities.0004_username_key" in done.stderr
    assert "Traceback" not in done.stderr
    assert FAULT in manage(environment, "migrate").stderr


def test_a_present_database_is_left_alone(database_url: str) -> None:
    environment = {"DATABASE_URL": database_url, "DEBUG": "true"}
    done = manage(environment, "adopt_database")
    assert (done.returncode, done.stderr) == (
        1,
        "CommandError: There is nothing to do: the database has no table entities_user.\n",
    )
