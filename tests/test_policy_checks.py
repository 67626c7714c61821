"""A permissions.toml that says what cannot be meant stops `manage.py check` and the server, with
entity and line.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.checks import run_checks
from django.core.management import call_command
from django.core.management.base import SystemCheckError

from auth_core.policy.loading import current_policy
from auth_core.policy.rule import Reach
from tests.processes import run_python
from tests.shop.models import Customer

pytestmark = pytest.mark.django_db
HEAD = 'roles = ["admin", "user"]\n'
OTHERS = "".join(f'[{name}]\nview = "all"\n' for name in ("Address", "Order", "Product", "User"))
WHOLE = HEAD + OTHERS + '[Customer]\nview = "all"\n'

Write = Callable[[str], Path]


def start_server() -> None:
    """Make the checks of a server's start, which look at the database."""
    from config.wsgi import refuse_faulty_plugins

    refuse_faulty_plugins()


def in_customer(line: str) -> str:
    return HEAD + OTHERS + f"[Customer]\n{line}\n"


FAULTS = {
    "unknown role": (in_customer('view = ["boss"]'), 11, 'Customer.view: there is no role "boss"'),
    "unknown role of a field": (
        in_customer('fields.update.email = ["boss"]'),
        11,
        'Customer.fields.update.email: there is no role "boss"',
    ),
    "unknown entity": (WHOLE + '[Invoice]\nview = "all"\n', 12, "Invoice: there is no such entity"),
    "unknown action": (in_customer('read = "all"'), 11, "Customer.read: there is no such action"),
    "unknown field": (
        in_customer('fields.view.mail = "all"'),
        11,
        "Customer.fields.view.mail: there is no such field",
    ),
    "column instead of field": (
        in_customer('fields.view.first_name = "all"'),
        11,
        "there is no such field",
    ),
    "field that is not served": (
        in_customer('fields.view.owner = "all"'),
        11,
        "there is no such field",
    ),
    "unknown word": (in_customer('view = "everyone"'), 11, 'Customer.view: "everyone" is none of'),
    "number": (in_customer("view = 1"), 11, "Customer.view: 1 is none of"),
    "truth": (in_customer("view = true"), 11, "Customer.view: True is none of"),
    "list of numbers": (in_customer("view = [1]"), 11, "Customer.view: [1] is none of"),
    "table": (in_customer("view = {a = 1}"), 11, "Customer.view: {"),
    "table by header": (WHOLE + "[Customer.search]\na = 1\n", 12, "Customer.search: {"),
    "public in a list": (in_customer('view = ["public", "admin"]'), 11, '"public" stands alone'),
    "all in a list": (in_customer('view = ["all"]'), 11, '"all" stands alone'),
    "own of a field": (
        in_customer('fields.view.email = ["admin", "own"]'),
        11,
        '"own" is about rows',
    ),
    "field of delete": (
        in_customer('fields.delete.email = "all"'),
        11,
        "Customer.fields.delete: write fields.ACTION",
    ),
    "fields without action": (
        in_customer('fields.email = "all"'),
        11,
        "Customer.fields.email: write fields.ACTION",
    ),
    "fields that are a value": (
        in_customer('fields = "all"'),
        11,
        "Customer.fields.fields: write fields.ACTION",
    ),
    "hidden id": (
        in_customer('fields.view.id = ["admin"]'),
        11,
        "every caller who sees a row sees this field",
    ),
    "own of what nobody owns": (
        HEAD
        + OTHERS.replace('[Product]\nview = "all"', '[Product]\nview = "own"')
        + '[Customer]\nview = "all"\n',
        7,
        'Product.view: "own" needs to know whose a row is: Product has no owner_path',
    ),
    "entity without a section": (HEAD + OTHERS, 1, "Customer: the entity has no section"),
    "section that is a value": (
        HEAD + "Customer = 1\n" + OTHERS,
        2,
        "Customer: this is no section",
    ),
    "section that is a list": (
        HEAD + OTHERS + "[[Customer]]\n",
        10,
        "Customer: this is no section",
    ),
    "no roles": (OTHERS, 1, "roles: name the roles in a list"),
    "roles that are a text": ('\nroles = "admin"\n' + OTHERS, 2, "roles: name the roles in a list"),
    "roles of another kind": ("roles = [1]\n" + OTHERS, 1, "roles: name the roles in a list"),
    "role without a name": ('roles = [" "]\n' + OTHERS, 1, "roles: name the roles in a list"),
    "role named own": ('roles = ["admin", "own"]\n' + OTHERS, 1, '"own" is a word of the rules'),
    "role named twice": (
        'roles = ["admin", "admin"]\n' + OTHERS,
        1,
        'the role "admin" is named twice',
    ),
    "role with a long name": (f'roles = ["{"x" * 151}"]\n' + OTHERS, 1, "at most 150 characters"),
    "no TOML": (in_customer("view = "), 11, "the file: Invalid value"),
    "a text without its end": (
        HEAD + '[Customer]\nview = "all\n',
        3,
        "the file: Illegal character",
    ),
    "an early end": (HEAD + '[Customer]\nview = ["all",', 3, "the file: "),
    "a section twice": (WHOLE + "[Customer]\n", 12, "the file: Cannot declare"),
    "a key twice": (WHOLE + 'view = "all"\n', 12, "the file: Cannot overwrite"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_the_check_names_file_line_and_entity(policy: Write, fault: str) -> None:
    text, line, words = FAULTS[fault]
    path = policy(text)
    with pytest.raises(SystemCheckError) as refused:
        call_command("check")
    assert f"(auth_core.E010) {path.name}, line {line}, " in str(refused.value)
    assert words in str(refused.value)
    assert f"HINT: Correct {path}" in str(refused.value)


@pytest.mark.parametrize("fault", FAULTS)
def test_the_server_does_not_start(policy: Write, fault: str) -> None:
    text, line, words = FAULTS[fault]
    path = policy(text)
    with pytest.raises(SystemExit) as refused:
        start_server()
    assert f"(auth_core.E010) {path.name}, line {line}, " in str(refused.value)
    assert words in str(refused.value)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_faulty_file_opens_nothing_that_it_does_not_name_rightly(
    policy: Write, fault: str
) -> None:
    policy(FAULTS[fault][0])
    assert current_policy().decide(frozenset({"admin"}), "Customer", "delete").reach is Reach.NONE
    assert current_policy().decide(None, "Customer", "search").reach is Reach.NONE


def test_every_fault_is_reported_at_once(policy: Write) -> None:
    policy(in_customer('view = ["boss"]\nread = "all"\nfields.view.id = "all"'))
    with pytest.raises(SystemExit) as refused:
        start_server()
    assert [f"line {line}," in str(refused.value) for line in (11, 12, 13)] == [True, True, True]


def test_a_whole_file_passes(policy: Write) -> None:
    policy(WHOLE)
    assert run_checks() == []
    start_server()


@pytest.mark.parametrize("content", [b"\xff\xfe", b"roles = [\0]", "\ufeffroles = []".encode()])
def test_a_file_that_is_no_text_is_refused(policy: Write, content: bytes) -> None:
    policy("").write_bytes(content)
    with pytest.raises(SystemExit, match="line 1, the file"):
        start_server()


@pytest.mark.parametrize("name", ["missing.toml", "."])
def test_a_file_that_is_not_there_is_refused(settings: Any, tmp_path: Path, name: str) -> None:
    settings.PERMISSIONS_FILE = tmp_path / name
    with pytest.raises(SystemExit, match=r"line 1, the file: \[Errno"):
        start_server()


@pytest.mark.parametrize(
    ("path", "fault"),
    [
        (None, "Customer has no owner_path"),
        ("boss", 'there is no foreign key "boss"'),
        ("address", "does not lead to a user"),
        ("email", "does not lead to a user"),
        ("address.owner", 'there is no foreign key "owner"'),
        ("owner.first_name.x", 'there is no foreign key "x"'),
        ("", 'there is no foreign key ""'),
    ],
)
def test_an_owner_path_that_leads_nowhere_is_refused(
    policy: Write, monkeypatch: pytest.MonkeyPatch, path: str | None, fault: str
) -> None:
    monkeypatch.setattr(Customer, "owner_path", path)
    policy(in_customer('view = "own"'))
    with pytest.raises(SystemExit) as refused:
        start_server()
    assert "line 11, Customer.view" in str(refused.value)
    assert fault in str(refused.value)


START = """
import sys
from django.conf import settings
settings.PERMISSIONS_FILE = {path!r}
{then}
"""


@pytest.mark.exhaustive
@pytest.mark.one_database
@pytest.mark.parametrize(
    "then",
    [
        "import config.wsgi",
        (
            "from django.core.management import execute_from_command_line as run\nrun(['manage.py', "
            "'check'])"
        ),
        (
            "from django.core.management import execute_from_command_line as run\nrun(['manage.py', "
            "'migrate'])"
        ),
    ],
    ids=["wsgi", "check", "migrate"],
)
def test_no_process_starts_with_a_faulty_file(tmp_path: Path, then: str) -> None:
    path = tmp_path / "permissions.toml"
    path.write_text(in_customer('delete = ["boss"]'), encoding="utf-8")
    code = START.format(path=str(path), then=then)
    database = f"sqlite:///{tmp_path / 'db.sqlite3'}"
    process = run_python("-c", code, DJANGO_SETTINGS_MODULE="tests.settings", DATABASE_URL=database)
    assert process.returncode == 1
    assert 'permissions.toml, line 11, Customer.delete: there is no role "boss"' in process.stderr
    assert "Traceback" not in process.stderr
