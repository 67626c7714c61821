"""`manage.py import_amplication`: a service of Amplication is served here, and its differences are named."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from tests.copied_project import copy_project, run, start, try_out
from tests.processes import ROOT
from tests.test_start_entity import read_files, run_ruff

SERVICES = ROOT / "tests" / "services"
SETTINGS = {"DJANGO_SETTINGS_MODULE": "config.settings"}
HEAD = """
import json
from django.test import Client
client = Client(headers={"Authorization": "Basic YWRtaW46YWRtaW4="}, SERVER_NAME="localhost")
def post(path, body, status=201):
    answer = client.post(path, body, content_type="application/json")
    assert answer.status_code == status, answer.content
    return answer.json() if answer.content else None
def get(path): return client.get(path).json()
def ask(query): return post("/graphql", {"query": query}, 200)
def link(row): return {"id": row["id"]}
"""
TRY_SCHOOL = """
label = post("/api/schoolClasses", {"label": "1a"})
student = post("/api/students", {"firstName": "Ada", "serialCode": 5, "gender": "Female", "birthDate": "2015-12-10", "classField": link(label)})
lesson = {"day": "2026-01-31", "classField": link(label)}
clash = client.post("/api/lessons", lesson | {"state": "called_off"}, content_type="application/json")
print(json.dumps([
    [student["gender"], student["birthDate"], student["isBoarder"], student["nationality"]],
    client.post("/api/students", {"firstName": "Bob", "serialCode": 5}, content_type="application/json").status_code,
    client.post("/api/students", {"firstName": "Bob", "serialCode": 6, "gender": "Robot"}, content_type="application/json").status_code,
    clash.status_code, client.post("/api/lessons", lesson, content_type="application/json").status_code,
    len(get("/api/students?where[gender]=Female")),
    ask("{ students(where: {gender: Female}) { gender classField { label students { firstName } } } }")["data"],
    ask("{ __type(name: \\"EnumStudentGender\\") { enumValues { name } } }")["data"]["__type"]["enumValues"],
    client.delete(f"/api/schoolClasses/{label['id']}").status_code,
]))
"""
TRY_FORMS = """
form = post("/api/forms", {"channels": ["Web", "InPerson"], "opensAt": "08:30:00", "layout": {"columns": [1, 2]}})
answer = post("/api/answers", {"form": link(form), "value": [1, "two", None], "kind": "choice"})
print(json.dumps([
    form["channels"], form["opensAt"], form["layout"], form["settings"], form["tags"], form["title"], answer["value"],
    client.post("/api/forms", {"channels": ["Phone"]}, content_type="application/json").status_code,
    len(get("/api/forms?where[channels][has]=Web")),
    ask("{ forms { channels layout answers { kind value } } }")["data"],
]))
"""
TRY_LEARNING = """
sums = post("/api/items", {"name": "Sums"})
products = post("/api/items", {"name": "Products", "precedes": link(sums), "parent": link(sums)})
post(f"/api/items/{products['id']}/prerequisites", [link(sums)])
post("/api/topics", {"title": "Numbers"})
topic, = get("/api/topics?where[title]=Numbers")
post(f"/api/items/{sums['id']}/topics", [link(topic)])
me = get("/api/me")
print(json.dumps([
    [row["name"] for row in get(f"/api/items/{sums['id']}/items")],
    ask("{ items(orderBy: {name: Desc}) { name items { name } prerequisites { name } parts { name } follower { name } topics { title } } }")["data"]["items"],
    client.post("/api/progresses", {"item": link(sums), "learner": {"id": me["id"]}}, content_type="application/json").status_code,
]))
"""
TRY_IDS = """
department = post("/api/departments", {})
employee = post("/api/employees", {"department": link(department), "badge": 9007199254740993})
contract = post("/api/contracts", {"employee": link(employee), "classField": "A", "salaryGrade": 5})
post("/api/memberships", {"left": 1, "right": 2})
print(json.dumps([
    [department["id"], employee["id"]], department["name"], employee["badge"], employee["wage"],
    client.post("/api/memberships", {"left": 1, "right": 2}, content_type="application/json").status_code,
    ask("{ queries { id } contracts { salaryGrade employee { department { name } } } }")["data"],
    client.delete(f"/api/employees/{employee['id']}").status_code, get("/api/contracts"),
]))
"""


def import_service(tmp_path: Path, name: str) -> tuple[Path, str]:
    """Return a copy of the project with the service, and the notes."""
    project = copy_project(tmp_path)
    command = ("manage.py", "import_amplication", str(SERVICES / name))
    done = start(project, *command, **SETTINGS)
    assert done.returncode == 0, done.stderr
    written = [line.removeprefix("wrote ") for line in done.stdout.splitlines()][:-1]
    modules = [path for path in written if path.endswith(".py")]
    assert len(modules) == 8
    run_ruff(project, "format", "--check", *modules)
    run_ruff(project, "check", *modules)
    document = ["spectacular", "--fail-on-warn", "--file", str(tmp_path / "openapi.yaml")]
    migrate, seed = ["migrate", "-v", "0"], ["seed_users"]
    for arguments in (migrate, seed, ["makemigrations", "--check"], document):
        run(project, "manage.py", *arguments, **SETTINGS)
    return project, done.stderr


@pytest.mark.exhaustive
@pytest.mark.one_database
def test_lists_of_options_and_json_are_served(tmp_path: Path) -> None:
    project, notes = import_service(tmp_path, "forms")
    assert "line 26: tags is a JSON field here" in notes
    layout = {"columns": [1, 2]}
    value = [1, "two", None]
    answers = [{"kind": "choice", "value": value}]
    assert try_out(project, HEAD + TRY_FORMS, SETTINGS) == [
        *(["Web", "InPerson"], "08:30:00", layout, {}, [], "Untitled", value),
        400,
        1,
        {"forms": [{"channels": ["Web", "InPerson"], "layout": layout, "answers": answers}]},
    ]


@pytest.mark.exhaustive
@pytest.mark.one_database
def test_a_school_with_options_and_days_is_served(tmp_path: Path) -> None:
    project, notes = import_service(tmp_path, "school")
    assert "line 13: EnumStudentGender.Unknown is stored by this name, not by @map." in notes
    run(project, "manage.py", "shell", "-c", MAKE_ROLES, **SETTINGS)
    label = {"label": "1a", "students": [{"firstName": "Ada"}]}
    assert try_out(project, HEAD + TRY_SCHOOL, SETTINGS) == [
        ["Female", "2015-12-10", False, "unknown"],
        *(409, 400, 201, 409),
        1,
        {"students": [{"gender": "Female", "classField": label}]},
        [{"name": "Male"}, {"name": "Female"}, {"name": "Unknown"}],
        403,
    ]


@pytest.mark.exhaustive
@pytest.mark.one_database
def test_relations_of_every_kind_are_served(tmp_path: Path) -> None:
    project, notes = import_service(tmp_path, "learning")
    assert 'line 53: editable is shown once UserSerializer names "editable"' in notes
    assert "line 59: score is left out: accounts/models.py has the fields of users" in notes
    assert "grants.json: There is no entity 'Holiday' here" in notes
    policy = (project / "config" / "permissions.toml").read_text(encoding="utf-8")
    assert 'roles = ["admin", "user", "author"]' in policy
    assert '[Item]\nview = ["user", "author"]' in policy
    assert "fields.update.name = []" in policy
    run(project, "manage.py", "shell", "-c", MAKE_ROLES, **SETTINGS)
    empty: dict[str, Any] = {"items": [], "prerequisites": [], "parts": [], "topics": []}
    assert try_out(project, HEAD + TRY_LEARNING, SETTINGS) == [
        ["Products"],
        [
            empty
            | {
                "name": "Sums",
                "items": [{"name": "Products"}],
                "parts": [{"name": "Products"}],
                "topics": [{"title": "Numbers"}],
                "follower": {"name": "Products"},
            },
            empty | {"name": "Products", "prerequisites": [{"name": "Sums"}], "follower": None},
        ],
        403,
    ]


MAKE_ROLES = """
from django.contrib.auth.models import Group
from accounts.models import User
User.objects.get(username="admin").groups.set(Group.objects.all())
"""


@pytest.mark.exhaustive
@pytest.mark.one_database
def test_a_dry_run_shows_it_and_changes_nothing(tmp_path: Path) -> None:
    project = copy_project(tmp_path)
    before = read_files(project)
    command = ("manage.py", "import_amplication", str(SERVICES / "ids"), "--dry-run")
    assert "+class Employee(Entity):" in run(project, *command, **SETTINGS)
    assert read_files(project) == before
    assert not (project / "domain").exists()


@pytest.mark.exhaustive
@pytest.mark.one_database
def test_ids_of_every_kind_and_odd_names_are_served(tmp_path: Path) -> None:
    project, notes = import_service(tmp_path, "ids")
    assert "line 8: the id is a number in a text here." in notes
    assert "line 33: salary_grade has another name in JSON here: salaryGrade" in notes
    contract = {"salaryGrade": 5, "employee": {"department": {"name": 'General "old"'}}}
    assert try_out(project, HEAD + TRY_IDS, SETTINGS) == [
        ["1", "1"],
        'General "old"',
        9007199254740993,
        "0.500000000000000000000000000000",
        409,
        {"queries": [], "contracts": [contract]},
        200,
        [],
    ]


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        (["nowhere"], "nowhere/prisma/schema.prisma cannot be read: No such file or directory."),
        (["server", "--app", "Do main"], "'Do main' is no name of an app"),
        (["server", "--app", "json"], "'json' is the name of another module. Give another --app."),
        (["server", "--app", "auth"], "'auth' is the name of another module"),
        (["server"], "schema.prisma, line 1: there is an entity Customer already."),
        (["empty"], "empty/prisma/schema.prisma has no model that can be taken over."),
        (["binary"], "binary/prisma/schema.prisma cannot be read: it is not UTF-8."),
    ],
)
@pytest.mark.django_db
def test_what_cannot_be_imported_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], fault: str
) -> None:
    for name, content in {
        "server": b"model Customer {\n}\n",
        "empty": b"",
        "binary": b"\xff\xfe",
    }.items():
        (tmp_path / name / "prisma").mkdir(parents=True)
        (tmp_path / name / "prisma" / "schema.prisma").write_bytes(content)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(CommandError) as refused:
        call_command("import_amplication", *arguments)
    assert str(refused.value).startswith(fault)
    assert "\n" not in str(refused.value)
