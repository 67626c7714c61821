"""The sample can go: three steps of docs/entities.md leave users only, and then an entity of your own is added."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from tests import readme
from tests.copied_project import copy_project, run, try_out

pytestmark = [pytest.mark.exhaustive, pytest.mark.one_database]

QUOTES = readme.find_quotes()
ENTITY = {path: code for path, code in QUOTES.items() if path.startswith(("entities/", "config/"))}
# Some tests of the product. All of them take minutes.
PRODUCT_TESTS = ("test_entities_crud.py", "test_graphql_schema.py", "test_openapi.py")
TRY_USERS = """
import json
from django.test import Client
client = Client(headers={"Authorization": "Basic YWRtaW46YWRtaW4="}, SERVER_NAME="localhost")
graph = client.post("/graphql", {"query": "{ users { username } }"}, content_type="application/json")
login = client.post("/api/login", {"username": "admin", "password": "admin"}, content_type="application/json")
paths = client.get("/api/schema").json()["paths"]
print(json.dumps([len(graph.json()["data"]["users"]), login.status_code, "/api/users" in paths, "/api/customers" in paths]))
"""
TRY_TASKS = """
import json
from django.test import Client
client = Client(headers={"Authorization": "Basic YWRtaW46YWRtaW4="}, SERVER_NAME="localhost")
made = client.post("/api/tasks", {"title": "Fine", "priority": 5}, content_type="application/json")
found = client.get("/api/tasks?where[priority][gte]=5")
graph = client.post("/graphql", {"query": "{ tasks { title subtasks { id } } }"}, content_type="application/json")
print(json.dumps([
    made.status_code, found.json() == [made.json()], graph.json()["data"]["tasks"],
    "/api/tasks/{id}" in client.get("/api/schema").json()["paths"],
    client.get("/admin/entities/task/").status_code, client.delete("/api/tasks/" + made.json()["id"]).status_code,
    Client(SERVER_NAME="localhost").get("/api/tasks").status_code,
]))
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of the project whose sample was removed as docs/entities.md says."""
    copy = copy_project(tmp_path)
    (copy / "db.sqlite3").touch()
    steps = readme.TEXT.partition("## Starting with an empty domain")[2].partition("\n## ")[0]
    shell, urls = re.findall(r"```\w+\n(.*?)```", steps, re.DOTALL)
    subprocess.run(["bash", "-ec", shell], cwd=copy, check=True)
    (copy / "entities" / "urls.py").write_text(urls)
    policy = copy / "config" / "permissions.toml"
    text = policy.read_text(encoding="utf-8")
    for section in re.findall(r"`\[(\w+)\]`", steps):
        text = re.sub(rf"\n\[{section}\]\n(?:[^\[\n][^\n]*\n)*", "", text)
    policy.write_text(text, encoding="utf-8")
    return copy


def test_users_stay_and_an_entity_of_your_own_is_served_everywhere(project: Path) -> None:
    settings = {"DJANGO_SETTINGS_MODULE": "config.settings"}
    for command in (
        ["check"],
        ["makemigrations", "--check"],
        ["migrate", "-v", "0"],
        ["seed_users"],
    ):
        run(project, "manage.py", *command, **settings)
    assert try_out(project, TRY_USERS, settings) == [1, 201, True, False]
    for path, code in ENTITY.items():
        file = project / path
        before, separator, after = (
            file.read_text(encoding="utf-8").partition("\nurlpatterns")
            if file.exists()
            else ("", "", "")
        )
        file.write_text(f"{before}\n\n{code}{separator}{after}", encoding="utf-8")
    for command in (["makemigrations", "entities"], ["migrate", "-v", "0"], ["check"]):
        run(project, "manage.py", *command, **settings)
    tasks = [{"title": "Fine", "subtasks": []}]
    assert try_out(project, TRY_TASKS, settings) == [201, True, tasks, True, 302, 200, 401]


def test_the_tests_of_the_product_pass_without_the_sample(project: Path) -> None:
    tests = [f"tests/{name}" for name in PRODUCT_TESTS]
    printed = run(project, "-m", "pytest", "-q", "-n", "0", "-p", "no:cacheprovider", *tests)
    assert " passed" in printed
    assert "failed" not in printed
