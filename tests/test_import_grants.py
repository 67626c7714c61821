"""`manage.py import_grants`: what an Amplication service granted, and nothing more, is granted
here.
"""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.checks import run_checks
from django.core.management import CommandError, call_command

from auth_core.policy.loading import read_source
from auth_core.policy.policy import ACTIONS
from auth_core.policy.rule import Reach
from tests.processes import run_python

FIELDS = {
    "Customer": (
        "id",
        "createdAt",
        "updatedAt",
        "email",
        "firstName",
        "lastName",
        "phone",
        "address",
        "orders",
    ),
    "Product": ("id", "createdAt", "updatedAt", "name", "description", "itemPrice", "orders"),
}


def grant(role: str, resource: str, action: str, attributes: Any = "*") -> dict[str, Any]:
    return {"role": role, "resource": resource, "action": action, "attributes": attributes}


def whole(role: str, *resources: str) -> list[dict[str, Any]]:
    """Return what the generator writes for a role that may do everything, in its order."""
    actions = ("read:own", "create:any", "update:any", "delete:any", "read:any")
    return [grant(role, resource, action) for resource in resources for action in actions]


ENTITIES = ("User", "Order", "Customer", "Address", "Product")
GENERATED = {
    "one role with everything": whole("user", *ENTITIES),
    "several roles": [
        *whole("admin", *ENTITIES),
        grant("user", "User", "read:own"),
        grant("user", "Customer", "read:own"),
        grant("user", "Customer", "read:any"),
        grant("user", "Customer", "update:any", "*,!email"),
        grant("manager", "Customer", "read:own"),
        grant("manager", "Customer", "read:any", "*, !phone , !email"),
        grant("manager", "Customer", "update:any", "*,!email,!address"),
        grant("manager", "Customer", "delete:any"),
        grant("user", "Order", "read:own"),
        grant("user", "Order", "create:own"),
        grant("user", "Order", "update:own", "*,!discount"),
        grant("user", "Product", "read:any", ["*", "!itemPrice"]),
        grant("manager", "Product", "read:any", "id,name"),
        grant("manager", "Product", "update:any", ""),
        grant("manager", "Product", "create:any", "name, description"),
        grant("manager", "Address", "read", "*"),
    ],
}


@pytest.fixture
def translate(tmp_path: Path) -> Any:
    def translate(content: Any, *arguments: str) -> tuple[str, str]:
        path = tmp_path / "grants.json"
        path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
        screen, warnings = StringIO(), StringIO()
        call_command(
            "import_grants", str(path), *arguments, stdout=screen, stderr=warnings, no_color=True
        )
        return screen.getvalue(), warnings.getvalue()

    return translate


def load(tmp_path: Path, text: str) -> Any:
    path = tmp_path / f"{hash(text)}.toml"
    path.write_text(text, encoding="utf-8")
    source = read_source(path)
    assert source.faults == ()
    return source.policy


@pytest.mark.parametrize("name", GENERATED)
def test_the_translation_is_a_valid_policy(
    translate: Any, tmp_path: Path, settings: Any, name: str
) -> None:
    settings.PERMISSIONS_FILE = tmp_path / "permissions.toml"
    translate(GENERATED[name], "--output", str(settings.PERMISSIONS_FILE))
    assert run_checks() == []


def allowed_by_grants(
    grants: list[dict[str, Any]], role: str, entity: str, action: str, field: str
) -> str:
    """Read the grants as the npm package does: of which rows the role reaches the field."""
    verb = {"view": "read", "search": "read"}.get(action, action)
    found = {"any": set(), "own": set()}  # type: dict[str, set[bool]]
    for item in grants:
        item_verb, _, possession = item["action"].partition(":")
        if (item["role"], item["resource"], item_verb) == (role, entity, verb):
            names = item["attributes"]
            names = [
                name.strip() for name in (names.split(",") if isinstance(names, str) else names)
            ]
            if any(name and not name.startswith("!") for name in names):
                found[possession or "any"].add(
                    ("*" in names or field in names) and f"!{field}" not in names
                )
    if found["any"]:
        return "all" if found["any"] | found["own"] == {True} else "none"
    return "own" if found["own"] == {True} else "none"


@pytest.mark.parametrize("name", GENERATED)
def test_every_role_reaches_the_fields_that_were_granted(
    translate: Any, tmp_path: Path, name: str
) -> None:
    grants = GENERATED[name]
    policy = load(tmp_path, translate(grants)[0])
    reach = {Reach.NONE: "none", Reach.OWN_ROWS: "own", Reach.ALL_ROWS: "all"}
    cells = 0
    for role in policy.roles:
        for entity, fields in FIELDS.items():
            for action in ("view", "search", "create", "update"):
                decision = policy.decide(frozenset({role}), entity, action)
                for field in fields[3:]:
                    verdict = "none" if field in decision.withheld else reach[decision.reach]
                    assert verdict == allowed_by_grants(grants, role, entity, action, field), (
                        role,
                        action,
                        field,
                    )
                    cells += 1
    assert cells >= len(policy.roles) * 40


def test_roles_come_in_their_order(translate: Any, tmp_path: Path) -> None:
    policy = load(tmp_path, translate(GENERATED["several roles"])[0])
    assert policy.roles == ("admin", "user", "manager")


def test_reading_any_covers_view_and_search(translate: Any) -> None:
    text, _ = translate([grant("user", "Customer", "read:any")])
    assert '[Customer]\nview = ["user"]\nsearch = ["user"]\n' in text


def test_own_rows_stay_own_rows(translate: Any) -> None:
    text, warnings = translate(
        [grant("user", "Order", f"{verb}:own") for verb in ("read", "create", "update", "delete")]
    )
    assert "[Order]\n" + "".join(f'{action} = ["own"]\n' for action in ACTIONS) in text
    assert warnings == ""


def test_own_rows_of_every_known_caller_are_reported(translate: Any) -> None:
    _, warnings = translate(
        [grant("user", "Order", "delete:own"), grant("guest", "Customer", "read:any")]
    )
    assert warnings == 'Order.delete: "own" counts for every known caller, so for guest too.\n'


def test_own_rows_of_what_nobody_owns_are_left_out_and_reported(
    translate: Any, tmp_path: Path
) -> None:
    text, warnings = translate(
        [grant("user", "Product", "update:own", "*,!name"), grant("admin", "Product", "update:any")]
    )
    assert 'update = ["admin"]\n' in text
    assert "fields.update" not in text
    assert "Product.update is left out for user: Product has no owner_path" in warnings


def test_the_narrower_of_two_grants_holds(translate: Any) -> None:
    text, _ = translate(
        [grant("user", "Customer", "read:own"), grant("user", "Customer", "read:any", "*,!email")]
    )
    assert "fields.view.email = []\n" in text
    assert "fields.search.email = []\n" in text


def test_a_part_of_a_field_counts_as_the_field(translate: Any) -> None:
    text, _ = translate([grant("user", "Customer", "read:any", "*,!address.city")])
    assert "fields.view.address = []\n" in text


def test_what_is_not_served_here_is_reported_and_left_out(translate: Any) -> None:
    grants = [
        grant("user", "Invoice", "read:any"),
        grant("user", "Customer", "update:any", "*,!rating"),
    ]
    text, warnings = translate(grants)
    assert "Invoice" not in text
    assert "rating" not in text
    assert warnings.splitlines() == [
        "There is no entity 'Invoice' here; its grants are left out.",
        "Customer.update: there is no field 'rating' here.",
    ]


def test_an_entity_without_grants_is_closed(translate: Any) -> None:
    assert (
        "[Order]\n# Closed: there was no grant.\n"
        in translate([grant("user", "Customer", "read:any")])[0]
    )


def test_any_name_of_a_role_survives(translate: Any, tmp_path: Path) -> None:
    name = 'Größe "7" \\ ]#'
    assert load(tmp_path, translate([grant(name, "Customer", "read:any")])[0]).roles == (name,)


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", "it is no JSON: Expecting value"),
        (b"[", "it is no JSON"),
        (b"\xff", "codec can't decode"),
        (b"[" * 100_000, "it is no JSON"),
        ({}, "it is no array of grants"),
        ([1], "grant 1 is no object"),
        ([{}], 'grant 1 has no text "role"'),
        (
            [grant("user", "Customer", "read:any"), grant("", "Customer", "read:any")],
            'grant 2 has no text "role"',
        ),
        ([grant("user", 5, "read:any")], 'grant 1 has no text "resource"'),  # type: ignore[arg-type]
        (
            [grant("user", "Customer", "view:any")],
            "grant 1: there is no action 'view:any'; the actions are create:any",
        ),
        ([grant("user", "Customer", "read:all")], "grant 1: there is no action 'read:all'"),
        ([grant("user", "Customer", "read:any", 5)], 'grant 1: "attributes" is neither'),
        ([grant("user", "Customer", "read:any", [5])], 'grant 1: "attributes" is neither'),
        ([grant("own", "Customer", "read:any")], '"own" is a word of the rules'),
        ([grant("a\nb", "Customer", "read:any")], "name the roles"),
        ([grant("\ud800", "Customer", "read:any")], "name the roles"),
    ],
)
def test_a_malformed_file_is_one_clear_error(translate: Any, content: Any, fault: str) -> None:
    with pytest.raises(CommandError) as refused:
        translate(content)
    assert fault in str(refused.value)
    assert "grants.json cannot be used: " in str(refused.value)


def test_a_missing_file_is_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="cannot be read: No such file"):
        call_command("import_grants", str(tmp_path / "grants.json"))


def test_it_overwrites_only_by_force(translate: Any, tmp_path: Path) -> None:
    path = tmp_path / "permissions.toml"
    path.write_text("mine")
    with pytest.raises(CommandError, match="is there already; --force overwrites it"):
        translate(GENERATED["several roles"], "--output", str(path))
    assert path.read_text() == "mine"
    assert translate(GENERATED["several roles"], "--output", str(path), "--force")[0] == ""
    assert path.read_text() == translate(GENERATED["several roles"])[0]


def test_a_place_that_cannot_be_written_is_one_clear_error(translate: Any, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="cannot be written: No such file"):
        translate([], "--output", str(tmp_path / "nowhere" / "permissions.toml"))


@pytest.mark.exhaustive
@pytest.mark.one_database
def test_the_screen_holds_the_text_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "grants.json"
    path.write_text(
        json.dumps([*GENERATED["several roles"], grant("user", "Invoice\ud800", "read:any")])
    )
    process = run_python("manage.py", "import_grants", str(path), PYTHONUTF8="1")
    assert process.returncode == 0
    assert load(tmp_path, process.stdout).roles == ("admin", "user", "manager")
    assert "There is no entity 'Invoice\\ud800' here" in process.stderr
