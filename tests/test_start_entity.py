"""`manage.py startentity`: an entity that is served everywhere, or one line and no change."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from tests.copied_project import copy_project, run, start, try_out
from tests.processes import ROOT

SETTINGS = {"DJANGO_SETTINGS_MODULE": "config.settings"}
FIELDS = (
    "number:str!^",
    "total:decimal",
    "note:text",
    "count:int!",
    "paid:bool",
    "due:date",
    "status:draft|paid",
    "labels:list:new|old",
    "data:json",
    "at:time",
    "length:duration",
    "site:url",
    "customer:Customer!",
    "owner:User^",
    "lines:Product[]",
    "parent:Invoice",
)
TRY_INVOICES = """
import json
from django.test import Client
client = Client(headers={"Authorization": "Basic YWRtaW46YWRtaW4="}, SERVER_NAME="localhost")
def post(path, body): return client.post(path, body, content_type="application/json").json()
customer = post("/api/customers", {"firstName": "Ada"})
product = post("/api/products", {"name": "Engine"})
made = post("/api/invoices", {"number": "1", "total": "1.50", "count": 2, "customer": {"id": customer["id"]}, "status": "paid", "labels": ["new"]})
client.post(f"/api/invoices/{made['id']}/lines", [{"id": product["id"]}], content_type="application/json")
found = client.get("/api/invoices?where[number]=1")
query = "{ invoices(where: {status: paid}) { number count status labels customer { firstName } lines { name } } }"
print(json.dumps([
    [row["id"] == made["id"] for row in found.json()], post("/graphql", {"query": query})["data"]["invoices"],
    "/api/invoices/{id}/lines" in client.get("/api/schema").json()["paths"], client.get("/admin/entities/invoice/").status_code,
]))
"""


@pytest.mark.exhaustive
@pytest.mark.one_database
def test_an_entity_is_served_everywhere(tmp_path: Path) -> None:
    project = copy_project(tmp_path)
    before = read_files(project)
    shown = run(project, "manage.py", "startentity", "Invoice", *FIELDS, "--dry-run", **SETTINGS)
    assert "+class Invoice(Entity):" in shown
    assert read_files(project) == before
    run(project, "manage.py", "startentity", "Invoice", *FIELDS, **SETTINGS)
    changed = {path for path, text in read_files(project).items() if before.get(path) != text}
    assert len(changed) == 5
    run_ruff(project, "format", "--check", *changed)
    run_ruff(project, "check", *changed)
    for command in (["migrate", "-v", "0"], ["seed_users"], ["makemigrations", "--check"]):
        run(project, "manage.py", *command, **SETTINGS)
    invoice = {"number": "1", "count": 2, "customer": {"firstName": "Ada"}}
    invoice |= {"status": "paid", "labels": ["new"]}
    invoices = [invoice | {"lines": [{"name": "Engine"}]}]
    assert try_out(project, TRY_INVOICES, SETTINGS) == [[True], invoices, True, 302]
    assert "2 passed" in run(
        project, "-m", "pytest", "-q", "entities/tests/test_invoice.py", **SETTINGS
    )


def read_files(project: Path) -> dict[str, str]:
    paths = [*project.glob("entities/**/*.py"), project / "config" / "permissions.toml"]
    return {str(path): path.read_text(encoding="utf-8") for path in paths}


def run_ruff(project: Path, *arguments: str) -> None:
    ruff = Path(sys.executable).with_name("ruff")
    files = [each for each in arguments if not each.endswith(".toml")]
    done = subprocess.run([ruff, *files], cwd=project, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.exhaustive
@pytest.mark.one_database
def test_a_project_that_would_not_start_is_left_as_it_was(tmp_path: Path) -> None:
    project = copy_project(tmp_path)
    urls = project / "entities" / "urls.py"
    urls.write_text(urls.read_text().replace("EntityRouter()", "(lambda: EntityRouter())()"))
    before = read_files(project)
    done = start(project, "manage.py", "startentity", "Invoice", "number:str", **SETTINGS)
    assert (
        done.stderr
        == "CommandError: entities/urls.py cannot be changed: it makes no EntityRouter.\n"
    )
    assert read_files(project) == before


REFUSED = {
    ("invoice", "a:str"): "'invoice' is no name of an entity",
    ("Invoice;", "a:str"): "'Invoice;' is no name of an entity",
    ("None", "a:str"): "'None' is a reserved word",
    ("Entity", "a:str"): "'Entity' is a reserved word",
    ("Query", "a:str"): "'Query' is the name of a type in GraphQL",
    ("Customer", "a:str"): "There is an entity Customer already: tests.shop.models.Customer",
    ("User", "a:str"): "There is an entity User already",
    ("Session", "a:str"): "The address /api/sessions is taken",
    ("Invoice",): "Invoice has no fields: name one, such as title:str.",
    ("Invoice", *[f"f{number}:str" for number in range(101)]): "Invoice has 101 fields",
    ("Invoice", "a"): "'a' is no field: write name:kind",
    ("Invoice", "a:str!!"): "'a:str!!' is no field",
    ("Invoice", "a:str?"): "'a': there is no kind 'str?'. Do you mean 'str'?",
    ("Invoice", "a:nonsense"): "'a': there is no kind 'nonsense'. The kinds are str, text",
    ("Invoice", ":str"): "'' is no name of a field",
    ("Invoice", "firstName:str"): "small letters, digits and _. Write 'first_name'.",
    ("Invoice", "a__b:str"): "_ stands between two letters or digits",
    ("Invoice", "é:str"): "'é' is no name of a field",
    ("Invoice", "class:str"): "'class' is a word of Python. Choose another name.",
    ("Invoice", "save:str"): "'save' is a name of every entity",
    ("Invoice", "self:Invoice"): "'self' is a name of every entity",
    ("Invoice", "created_at:datetime"): "'created_at' is a name of every entity",
    ("Invoice", "a:str", "a:int"): "'a' is named twice",
    ("Invoice", "a:Customer", "a_id:int"): "'a_id' is named twice",
    ("Invoice", "a:Custmer"): "'a': there is no entity 'Custmer'. Do you mean Customer?",
    ("Invoice", "a:Customer[]!"): "a link to many takes neither ! nor ^",
    ("Invoice", "a:Invoice!"): "'a': the first Invoice could not link to another one.",
    ("Invoice", "a:json^"): "a field of the kind 'json' cannot be unique",
    ("Invoice", "a:x|"): "'a': '' is no option",
    ("Invoice", "a:x|x"): "'a': the option 'x' is there twice",
    ("Invoice", 'a:x|"y'): "is no option",
    ("Invoice", "a:list:x|y!"): "a list takes neither ! nor ^",
    ("Invoice", "a:str", "--app", "nothing"): "There is no app 'nothing' in this project",
    ("Invoice", "a:str", "--app", "auth"): "There is no app 'auth' in this project",
    ("Invoice", "a:str", "--plural", "In voices"): "'In voices' is no plural",
    ("Invoice", "a:str", "--plural", "customers"): "The address /api/customers is taken",
}


@pytest.mark.django_db
@pytest.mark.parametrize("arguments", REFUSED, ids=lambda words: " ".join(words)[:40])
def test_a_wrong_argument_is_one_line_and_no_change(arguments: tuple[str, ...]) -> None:
    before = (ROOT / "tests" / "shop" / "models.py").read_bytes()
    with pytest.raises(CommandError) as refused:
        call_command("startentity", "--app=shop", *arguments)
    assert REFUSED[arguments] in str(refused.value)
    assert "\n" not in str(refused.value)
    assert (ROOT / "tests" / "shop" / "models.py").read_bytes() == before


@pytest.mark.parametrize(
    ("name", "plural"),
    [
        ("Invoice", "invoices"),
        ("LineItem", "lineItems"),
        ("Category", "categories"),
        ("Day", "days"),
        ("Address", "addresses"),
        ("Box", "boxes"),
        ("Analysis", "analyses"),
        ("Bus", "buses"),
        ("SchoolChild", "schoolChildren"),
        ("News", "newsItems"),
    ],
)
def test_a_plural_is_that_of_english(name: str, plural: str) -> None:
    from entity_api.scaffolding.names import plural_of

    assert plural_of(name) == plural


def test_files_are_written_all_or_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from entity_api.scaffolding.code import InputError
    from entity_api.scaffolding.stage import Stage

    project, copy = tmp_path / "project", tmp_path / "copy"
    (project / "app").mkdir(parents=True)
    (project / "app" / "models.py").write_text("before = 1\n")
    # A folder in the place of a file cannot be written.
    (project / "app" / "urls.py").mkdir()
    stage: Any = Stage(project, copy)
    stage.write(Path("app/models.py"), "after = 1\n")
    stage.write(Path("app/new/test.py"), "after = 1\n")
    stage.files[Path("app/urls.py")] = "after = 1\n"
    with pytest.raises(InputError, match=r"Nothing is changed, as .*urls.py"):
        stage.install()
    assert (project / "app" / "models.py").read_text() == "before = 1\n"
    assert not (project / "app" / "new").exists()


def test_a_name_that_a_module_binds_is_refused() -> None:
    from entity_api.scaffolding.code import InputError
    from entity_api.scaffolding.modules import add_code

    text = "from shop import settings\n\n\nclass Status:\n    pass\n"
    for imports, code, name in (
        ({("django.conf", "settings")}, "class Invoice:\n    pass\n", "settings"),
        (set[tuple[str, str]](), "class Status:\n    pass\n", "Status"),
    ):
        with pytest.raises(InputError, match=f"the name '{name}' is taken in it"):
            add_code(text, imports, code, frozenset())
