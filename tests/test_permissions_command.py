"""`manage.py permissions`: the whole matrix, and which rule decides for a user."""

import json
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from tests.policies import make_user, write_policy
from tests.processes import run_python

Write = Callable[[str], Path]
CUSTOMER = (
    'view = "public"\nsearch = "public"\ncreate = "all"\nupdate = ["admin", "own"]\n'
    'fields.view.email = ["admin"]\nfields.update.phone = []'
)


def run(*arguments: str) -> str:
    screen = StringIO()
    call_command("permissions", *arguments, stdout=screen)
    return screen.getvalue()


def test_the_matrix_shows_every_entity_action_and_caller(policy: Write) -> None:
    policy(write_policy(Customer=CUSTOMER))
    customer = run().partition("\nCustomer")[2].partition("\n\n")[0].splitlines()
    assert [[cell.strip() for cell in line.split("  ") if cell.strip()] for line in customer] == [
        [
            "view",
            "all rows without email",
            "all rows without email",
            "all rows",
            "all rows without email",
        ],
        [
            "search",
            "all rows without email",
            "all rows without email",
            "all rows",
            "all rows without email",
        ],
        ["create", "-", "all rows", "all rows", "all rows"],
        [
            "update",
            "-",
            "own rows without phone",
            "all rows without phone",
            "own rows without phone",
        ],
        ["delete", "-", "-", "-", "-"],
    ]


def test_the_columns_of_the_matrix_stand_under_their_heads(policy: Write) -> None:
    policy(write_policy(Customer=CUSTOMER))
    head, *lines = [line for line in run().splitlines() if line]
    starts = [head.index(name) for name in ("action", "anyone", "known", "admin", "user")]
    assert all(
        line[start - 2 : start].strip() == "" and line[start] != " "
        for line in lines
        for start in starts
    )


def test_the_matrix_is_there_for_machines(policy: Write) -> None:
    policy(write_policy(Customer=CUSTOMER))
    found = json.loads(run("--json"))
    assert found["roles"] == ["admin", "user"]
    assert len(found["permissions"]) == 25
    [line] = [
        line
        for line in found["permissions"]
        if (line["entity"], line["action"]) == ("Customer", "update")
    ]
    assert line == {
        "entity": "Customer",
        "action": "update",
        "rule": '["admin", "own"]',
        "anyone": {"rows": "none", "withheld": ["phone"]},
        "known": {"rows": "own", "withheld": ["phone"]},
        "roles": {
            "admin": {"rows": "all", "withheld": ["phone"]},
            "user": {"rows": "own", "withheld": ["phone"]},
        },
    }


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("arguments", "verdict", "rule"),
    [
        (
            ("Customer", "view"),
            "ada may view Customer, all rows, without email.",
            '[Customer] view = "public"',
        ),
        (
            ("Customer", "view", "phone"),
            "ada may view Customer.phone, all rows.",
            '[Customer] view = "public"',
        ),
        (
            ("Customer", "view", "email"),
            "ada may not view Customer.email.",
            '[Customer] fields.view.email = ["admin"]',
        ),
        (
            ("Customer", "search", "email"),
            "ada may not search Customer.email.",
            '[Customer] fields.view.email = ["ad',
        ),
        (
            ("Customer", "update", "email"),
            "ada may update Customer.email, own rows.",
            '[Customer] update = ["admin", ',
        ),
        (("Customer", "delete"), "ada may not delete Customer.", "[Customer] does not name delete"),
        (("Order", "view"), "ada may not view Order.", "[Order] does not name view"),
    ],
)
def test_it_explains_a_verdict_by_its_rule(
    policy: Write, arguments: tuple[str, ...], verdict: str, rule: str
) -> None:
    path = policy(write_policy(Customer=CUSTOMER))
    make_user("ada", "user")
    roles, *lines = run("explain", "ada", *arguments).splitlines()
    assert roles == "ada has the roles user."
    assert lines[0] == verdict
    assert lines[1].startswith(f"{path.name}, line ")
    assert f": {rule}" in lines[1]


@pytest.mark.django_db
def test_it_says_which_groups_grant_nothing(policy: Write) -> None:
    policy(write_policy(Customer=CUSTOMER))
    make_user("ada", "boss")
    assert run("explain", "ada", "Customer", "delete").splitlines()[:2] == [
        "ada has no role.",
        "Groups that are no roles of the file grant nothing: boss.",
    ]


@pytest.mark.django_db
def test_it_says_that_an_inactive_user_may_nothing(policy: Write) -> None:
    policy(write_policy(Customer=CUSTOMER))
    make_user("ada", "admin", is_active=False)
    assert (
        run("explain", "ada", "Customer", "view")
        == "ada is not active, and so is refused before any rule is asked.\n"
    )


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("bob", "Customer", "view"), "There is no user 'bob'. Choose one of: ada, eve."),
        (
            ("ada", "customer", "view"),
            "There is no entity 'customer'. Choose one of: Customer, Address, Order, Product, User",
        ),
        (
            ("ada", "Customer", "read"),
            "There is no action 'read'. Choose one of: view, search, create, update, delete.",
        ),
        (
            ("ada", "Customer", "view", "mail"),
            "There is no field 'mail'. Choose one of: id, createdAt, updatedAt, email",
        ),
        (
            ("ada", "Customer", "delete", "email"),
            "delete is about whole rows: leave out the field 'email'.",
        ),
    ],
)
def test_an_unknown_name_is_answered_with_the_known_ones(
    arguments: tuple[str, ...], message: str
) -> None:
    make_user("eve")
    make_user("ada")
    with pytest.raises(CommandError) as refused:
        run("explain", *arguments)
    assert str(refused.value).startswith(message)


@pytest.mark.django_db
def test_it_does_not_list_thousands_of_users() -> None:
    for number in range(30):
        make_user(f"user{number:02}")
    with pytest.raises(CommandError, match=r"user19, …\.$"):
        run("explain", "bob", "Customer", "view")


def test_a_faulty_file_is_reported_by_its_lines(policy: Write) -> None:
    policy('roles = ["admin"]\n[Customer]\nview = "each"\n')
    with pytest.raises(CommandError, match=r"line 3, Customer\.view"):
        run()


@pytest.mark.exhaustive
@pytest.mark.one_database
def test_a_database_without_tables_is_one_line(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'db.sqlite3'}"
    process = run_python(
        "manage.py", "permissions", "explain", "ada", "Customer", "view", DATABASE_URL=url
    )
    assert process.returncode == 1
    assert process.stderr.startswith("The database refuses this: no such table")
    assert "manage.py migrate" in process.stderr
