"""What holds for each command of the project: its help, its examples, its errors and Ctrl-C."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db import OperationalError, connection, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from auth_apikey.issuing import create_key
from auth_apikey.scopes import Scopes
from tests.command_lines import list_commands, list_examples, load, split, write_files
from tests.processes import ROOT

COMMANDS = list_commands()
EXAMPLES = list_examples()
# They serve, or write code in the project: tests/test_command_examples.py runs their examples.
ELSEWHERE = {"quickstart", "serve", "startentity", "startprovider", "import_amplication"}
RUN = [example for example in EXAMPLES if split(example)[0][0] not in ELSEWHERE]
# The service of the tests is not set up like one in production, their database is a new one, and
# the key of an example is nobody's.
REFUSED = {"adopt_database", "auth_audit", "doctor", "api_key revoke"}
# Seconds of requests in a transaction that is always undone.
SLOW = "auth_audit"
# They need no database.
FREE = {"basic_header", "entities", "import_grants", "permissions", "rotate_keys", "doctor"}
# The steps of these are whole in themselves.
IN_STEPS = {"seed_sample", "seed_users", "sessions"}

Ended = tuple[int, str, str]


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the files of the examples. Commands leave the test's connection open."""
    write_files(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(connections, "close_all", lambda: None)
    return tmp_path


@pytest.fixture
def run(
    place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], settings: Any
) -> Callable[[str], Ended]:
    def run(example: str) -> Ended:
        words, source = split(example)
        typed = (place / source).read_text() if source else "a password\n"
        monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
        monkeypatch.setattr(sys, "argv", ["manage.py", *words])
        if words[0] == "rotate_keys":
            settings.JWT_KEYS_DIR = str(place / "keys")
        command = load(words[0])
        # They take a third of a second, and are tested elsewhere.
        command.requires_system_checks = ()
        status = 0
        try:
            command.run_from_argv(["manage.py", *words])
        except SystemExit as end:
            status = end.code if isinstance(end.code, int) else 1
            if isinstance(end.code, str):
                sys.stderr.write(end.code + "\n")
        return (status, *capsys.readouterr())

    return run


@pytest.fixture
def ada(user: Any) -> Any:
    create_key(user, "ci", Scopes(), None)
    return user


@pytest.mark.one_database
@pytest.mark.parametrize("name", COMMANDS)
def test_the_page_of_commands_has_a_line_for_it(name: str) -> None:
    assert f"\n| `{name}` |" in (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")


@pytest.mark.one_database
@pytest.mark.parametrize("name", COMMANDS)
def test_its_help_shows_examples_line_by_line(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    command = load(name)
    command.print_help("manage.py", name)
    shown = capsys.readouterr().out.partition("\nExamples:\n")[2].splitlines()
    assert shown == [f"  manage.py {example}" for example in command.examples]
    assert shown
    assert all(example.split()[0] == name for example in command.examples)


@pytest.mark.one_database
@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_is_a_command_line_of_it(example: str) -> None:
    words, _ = split(example)
    parser = load(words[0]).create_parser("manage.py", words[0])
    _, unknown = parser.parse_known_args(words[1:])
    assert unknown == []


@pytest.mark.one_database
@pytest.mark.parametrize("name", COMMANDS)
def test_an_unknown_option_is_a_usage_error(name: str, run: Callable[[str], Ended]) -> None:
    status, out, err = run(f"{name} --nothing-of-this-name")
    assert (status, out) == (2, "")
    assert err.startswith(f"usage: manage.py {name}")


# Values that the command does not take.
WRONG = (
    "api_key create ada ci --action fly",
    "api_key create ada ci --expires never",
    "audit_log --event nothing",
    "audit_log --since never",
    "basic_header a:b",
    "entities Nothing",
    "import_amplication server --app 1",
    "import_users users.txt",
    "invite nobody",
    "invite ada@example.org --role nothing",
    "permissions explain ada Nothing view",
    "permissions explain ada Customer fly",
    "permissions explain ada Customer delete email",
    "remove_plugin auth_jwt --database nowhere",
    "rotate_keys --algorithm none",
    "seed_users --role nobody",
    "seed_users --per-role --role user",
    "serve --port 0",
    "serve --workers 0",
    "startentity 1 name:str",
    "startentity Thing name:nothing",
    "startprovider 1 --kind header",
    "unlock --address nowhere",
)


@pytest.mark.one_database
@pytest.mark.parametrize("line", WRONG)
def test_a_value_that_it_does_not_take_is_a_usage_error(
    line: str, run: Callable[[str], Ended], ada: Any
) -> None:
    status, out, err = run(line)
    assert (status, out) == (2, "")
    assert err.count("\n") == 1 or err.startswith("usage: ")


@pytest.mark.one_database
@pytest.mark.parametrize("example", [each for each in EXAMPLES if " " in each])
def test_an_empty_value_is_refused(
    example: str, run: Callable[[str], Ended], before: dict[str, int]
) -> None:
    words, _ = split(example)
    status, out, err = run(f"{' '.join(words[:-1])} ''")
    assert (out, "Traceback" in err, count_rows()) == ("", False, before)
    assert status in {1, 2}


@pytest.mark.django_db
@pytest.mark.one_database
@pytest.mark.parametrize("example", [each for each in EXAMPLES if " " in each])
def test_bytes_that_are_no_text_are_refused(
    example: str, run: Callable[[str], Ended], monkeypatch: pytest.MonkeyPatch
) -> None:
    written = io.BytesIO()
    errors = io.TextIOWrapper(written, "utf-8", "backslashreplace", write_through=True)
    monkeypatch.setattr(sys, "stderr", errors)
    words, _ = split(example)
    # A terminal gives such bytes as surrogates. The name of a file to write may hold them.
    status, out, _ = run(f"{' '.join(words[:-1])} \udcff")
    err = written.getvalue().decode()
    assert (out, "Traceback" in err) == ("", False)
    if "--output" not in words:
        assert status in {1, 2}
        assert "\\udcff" in err


def refuse_connections(*_: object, **__: object) -> None:
    raise OperationalError("connection refused\nIs the server running?")


@pytest.mark.one_database
@pytest.mark.parametrize("example", RUN)
def test_a_database_that_is_away_is_one_line(
    example: str, run: Callable[[str], Ended], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("cursor", "ensure_connection", "connect"):
        monkeypatch.setattr(BaseDatabaseWrapper, name, refuse_connections)
    status, out, err = run(example)
    free = split(example)[0][0] in FREE and "explain" not in example
    assert "Traceback" not in out + err
    if not free:
        assert (status, err.count("\n")) == (1, 1), err
        assert "connection refused" in err or "counters" in err


@pytest.fixture
def before(ada: Any) -> dict[str, int]:
    return count_rows()


def count_rows() -> dict[str, int]:
    models = apps.get_models(include_auto_created=True)
    names = connection.introspection.table_names()
    tables = {model._meta.db_table: model for model in models}
    return {name: tables[name]._base_manager.count() if name in tables else 0 for name in names}


class Interruption:
    """Ends the query of this number as Ctrl-C does, and counts the queries."""

    def __init__(self, number: int) -> None:
        self.number, self.count = number, 0

    def __call__(self, execute: Any, *arguments: Any) -> Any:
        self.count += 1
        if self.count == self.number:
            raise KeyboardInterrupt
        return execute(*arguments)


# Django closes a server-side cursor after an Exception, and Ctrl-C is none. Here the process, whose
# end closes it, goes on.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("example", [each for each in RUN if not each.startswith(SLOW)])
def test_ctrl_c_leaves_nothing_half_done(
    example: str, run: Callable[[str], Ended], before: dict[str, int]
) -> None:
    whole = Interruption(0)
    done, queries, after = try_out(run, example, whole)
    assert done[0] == any(map(example.startswith, REFUSED)), done
    for number in sorted({1, queries // 2, queries} - {0}):
        interruption = Interruption(number)
        ended, count, found = try_out(run, example, interruption)
        if count < number:
            # What the first run has read is kept.
            continue
        assert (ended[0], "Traceback" in ended[2]) == (130, False), ended
        assert ended[2].strip().splitlines()[-1].startswith("Interrupted."), ended
        if split(example)[0][0] not in IN_STEPS:
            assert found in (before, after)


def try_out(
    run: Callable[[str], Ended], example: str, interruption: Interruption
) -> tuple[Ended, int, dict[str, int]]:
    """Run the example with the interruption, and undo it."""
    with transaction.atomic():
        with connection.execute_wrapper(interruption):
            ended = run(example)
        rows = count_rows()
        transaction.set_rollback(True)
    return ended, interruption.count, rows
