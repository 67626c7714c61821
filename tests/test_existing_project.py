"""docs/existing-project.md, run: the wheel in a new project with Django's own users."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.processes import ROOT, find_free_port, stop, wait_for_port

pytestmark = [pytest.mark.exhaustive, pytest.mark.one_database]
PAGE = (ROOT / "docs" / "existing-project.md").read_text(encoding="utf-8")
BEFORE, AFTER = PAGE.split("## An entity on REST and GraphQL")
BLOCK = re.compile(r"(?:^([^\n]+)\n\n)?^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
# Without what pytest-django and `uv run` add for the service.
OURS = ("DJANGO_SETTINGS_MODULE", "PYTHONPATH", "VIRTUAL_ENV")
ENVIRONMENT = {name: value for name, value in os.environ.items() if name not in OURS}
PUBLISHED = "http://127.0.0.1:8000"


class Project:
    """A folder with a project and an environment of its own."""

    def __init__(self, folder: Path, wheel: Path) -> None:
        self.folder, self.wheel = folder, wheel
        self.python = folder / "environment" / "bin" / "python"
        self.extras = ""

    def run(self, *command: str | Path, fails: bool = False) -> str:
        done = subprocess.run(
            command, check=False, cwd=self.folder, capture_output=True, text=True, env=ENVIRONMENT
        )
        assert (done.returncode != 0) is fails, done.stdout + done.stderr
        return done.stdout + done.stderr

    def install(self, extra: str = "") -> None:
        self.run("uv", "pip", "install", "-q", "--python", self.python, f"{self.wheel}{extra}")

    def follow(self, part: str) -> None:
        """Write the files of a part of the page, and run its commands."""
        for above, language, code in BLOCK.findall(part):
            path = re.search(r"`([\w/]+\.(?:py|toml))`", above)
            if language == "bash":
                for line in code.splitlines():
                    self.run_line(line)
            elif language in ("python", "toml"):
                assert path or language == "toml", above
                self.write(path[1] if path else "permissions.toml", code)

    def run_line(self, line: str) -> None:
        python = str(self.python)
        if line.startswith("python ") and "runserver" not in line:
            self.run("bash", "-c", line.replace("python", python, 1))
        elif line.startswith("django-admin"):
            self.run("bash", "-c", f"{python} -m django {line.removeprefix('django-admin ')}")
        elif line.startswith("pip install"):
            self.install("[entities]" if "[entities]" in line else "")

    def write(self, name: str, code: str) -> None:
        path = self.folder / name
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        first = code.splitlines()[0]
        if first in text and first.startswith("INSTALLED_APPS"):
            text = text.replace(first + "\n", code)
        elif (name.endswith("models.py") and "owner_path" in code) or "urlpatterns = [" in code:
            text = code
        else:
            text = f"{text}\n{code}"
        path.write_text(text, encoding="utf-8")

    @contextmanager
    def serve(self) -> Iterator[str]:
        port = find_free_port()
        log = (self.folder / "server.log").open("wb")
        process = subprocess.Popen(
            [self.python, "manage.py", "runserver", "--noreload", f"127.0.0.1:{port}"],
            cwd=self.folder,
            env=ENVIRONMENT,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        try:
            wait_for_port(port, process)
            yield f"http://127.0.0.1:{port}"
        finally:
            stop(process)
            log.close()


def ask(url: str, line: str, **variables: str) -> tuple[int, Any]:
    """Run a line with curl; return the status and the body, which is JSON or a text."""
    command, _, _ = line.replace(PUBLISHED, url).rpartition("  # ")
    command = f"{command or line.replace(PUBLISHED, url)} -sS -w '\n%{{http_code}}'"
    done = subprocess.run(
        ["bash", "-c", command],
        check=True,
        capture_output=True,
        text=True,
        env=ENVIRONMENT | variables,
    )
    body, _, status = done.stdout.rpartition("\n")
    try:
        return int(status), json.loads(body) if body else None
    except ValueError:
        return int(status), body


def list_curls(part: str) -> list[str]:
    return [line for line in part.splitlines() if line.startswith("curl ")]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        ["uv", "build", "-q", "--wheel", "--out-dir", str(folder)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (found,) = folder.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def project(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The project of the page as far as its plain viewset, without the extras."""
    made = Project(tmp_path_factory.mktemp("project"), wheel)
    made.run("uv", "venv", "-q", "environment")
    made.follow(BEFORE)
    look = "from importlib.util import find_spec as find; print(list(filter(find, {})))"
    # Later the same environment gets them.
    made.extras = made.run(made.python, "-c", look.format(["drf_spectacular", "graphql"])).strip()
    return made


@pytest.fixture(scope="module")
def complete(project: Project) -> Project:
    """A copy of the project with the entity of the page."""
    folder = project.folder.with_name("complete")
    shutil.copytree(project.folder, folder, symlinks=True)
    made = Project(folder, project.wheel)
    made.python = project.python
    made.follow(AFTER)
    return made


def test_its_plain_views_and_logins_answer_as_it_says(project: Project) -> None:
    variables: dict[str, str] = {}
    wrong = f"curl -X POST {PUBLISHED}/api/login -H 'Content-Type: application/json' -d "
    with project.serve() as url:
        for line in list_curls(BEFORE):
            status, body = ask(url, line, **variables)
            assert status == int(line.rpartition("  # ")[2]), (line, body)
            if "accessToken" in str(body):
                variables["TOKEN"] = body["accessToken"]
                variables["REFRESH_TOKEN"] = body["refreshToken"]
            if line.endswith('/api/notes/1/ -H "Authorization: Bearer $TOKEN"  # 200'):
                assert body == {"id": 1, "owner": 1, "title": "Buy milk", "rating": None}
        others = [
            ask(url, f"curl {PUBLISHED}/api/notes/ -u '{user}'")[1]
            for user in ("ada:correct horse battery", "grace:staple to the desk")
        ]
        guess = wrong + '\'{"username":"ada","password":"guess"}\''
        statuses = [ask(url, guess)[0] for _ in range(9)]
    assert [len(rows) for rows in others] == [1, 1]
    assert statuses[:5] == [401] * 5
    # The wait doubles with each failure, so a slow machine meets it too.
    assert 429 in statuses[5:]
    audit = project.run(project.python, "manage.py", "audit_log")
    assert {"event=login", "event=logout", "event=lock"} <= set(audit.split())


def test_its_rows_are_own_rows(project: Project) -> None:
    new = "-H 'Content-Type: application/json' -d '{\"title\":\"Mine\"}'"
    with project.serve() as url:
        status, made = ask(url, f"curl {PUBLISHED}/api/notes/ -u 'grace:staple to the desk' {new}")
        assert (status, made["owner"]) == (201, 2)
        ada = "-u 'ada:correct horse battery'"
        seen = ask(url, f"curl {PUBLISHED}/api/notes/ {ada}")[1]
        refused = ask(url, f"curl -X PATCH {PUBLISHED}/api/notes/{made['id']}/ {ada} {new}")[0]
    assert made["id"] not in [row["id"] for row in seen]
    assert refused == 404


def test_it_needs_no_extra_and_no_change_of_migrations(project: Project) -> None:
    assert project.extras == "[]"
    said = project.run(project.python, "manage.py", "makemigrations", "--check", "--dry-run")
    assert "No changes detected" in said
    said = project.run(project.python, "manage.py", "check", "--fail-level", "WARNING")
    assert "no issues" in said


def test_a_server_does_not_start_with_a_faulty_file(project: Project) -> None:
    permissions = project.folder / "permissions.toml"
    right = permissions.read_text(encoding="utf-8")
    permissions.write_text(right.replace('update = ["editor"', 'update = ["writer"'), "utf-8")
    try:
        said = project.run(project.python, "-c", "import mysite.wsgi", fails=True)
    finally:
        permissions.write_text(right, encoding="utf-8")
    assert "auth_core.E010" in said


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ('SECRET_KEY = "short"', "auth_jwt.E001"),
        ('REST_FRAMEWORK = {"DEFAULT_PERMISSION_CLASSES": []}', "auth_core.W002"),
    ],
)
def test_a_wrong_line_is_reported(project: Project, wrong: str, says: str) -> None:
    settings = (project.folder / "mysite" / "settings.py").read_text(encoding="utf-8")
    faulty = settings.replace("configure(globals())", f"{wrong}\nconfigure(globals())")
    (project.folder / "mysite" / "faulty.py").write_text(faulty, encoding="utf-8")
    command = (project.python, "manage.py", "check", "--fail-level", "WARNING")
    said = project.run(*command, "--settings", "mysite.faulty", fails=True)
    assert says in said


def test_its_entity_is_on_rest_graphql_and_openapi(complete: Project) -> None:
    with complete.serve() as url:
        bodies = []
        for line in list_curls(AFTER):
            status, body = ask(url, line)
            assert status == int(line.rpartition("  # ")[2]), (line, body)
            bodies.append(body)
        pages = [
            ask(url, f"curl {PUBLISHED}{path} -H 'Accept: text/html' -o /dev/null")[0]
            for path in ("/api", "/graphql", "/admin/login/")
        ]
    made, listed, graphql, document = bodies
    assert pages == [200, 200, 200]
    assert listed == [made]
    assert graphql == {
        "data": {"books": [{"id": made["id"], "title": "Middlemarch", "pages": 880}]}
    }
    assert {"/api/books", "/api/login"} <= document["paths"].keys()
    complete.run(complete.python, "manage.py", "check", "--fail-level", "WARNING")
    complete.run(complete.python, "-c", "import mysite.wsgi")


SETTINGS = """
INSTALLED_APPS += ["people", "auth_session", "auth_apikey", "auth_proxy", "auth_oidc"]
INSTALLED_APPS += ["auth_accounts", "auth_mfa"]
# The first that issues tokens answers a login.
for name in ("auth_jwt", "auth_basic"):
    INSTALLED_APPS.remove(name)
    INSTALLED_APPS.append(name)
AUTH_USER_MODEL = "people.Person"
DATABASES["default"]["NAME"] = BASE_DIR / "people.sqlite3"
AUTH = {
    "PERMISSIONS_FILE": str(BASE_DIR / "people.toml"),
    "SIGN_UP_ROLE": "editor",
    "TRUSTED_PROXIES": "127.0.0.1",
    "PROXY_SECRET": "4f9a7c2e81d05b6f3a9c7e2d10b48f6a95c3e7d20f1b8a64",
    "OIDC_ISSUERS": [{"issuer": "https://login.example.org", "audience": "my-api"}],
}
configure(globals())
"""
PERSON = """
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models

class Person(AbstractBaseUser, PermissionsMixin):
    email = models.EmailField(unique=True)
    is_active = models.BooleanField(default=True)
    USERNAME_FIELD = "email"
    objects = BaseUserManager()
"""
VISIT = """
import django; django.setup()
from django.contrib.auth import get_user_model
from django.test import Client

person = get_user_model()(email="ada@example.org")
person.set_password("correct horse battery")
person.save()
json = "application/json"
page = Client(enforce_csrf_checks=True, SERVER_NAME="localhost")
login = {"username": "ada@example.org", "password": "correct horse battery"}
def tell(answer, name):
    print(answer.status_code, answer.json()[name] if answer.content else "")
    return answer
token = tell(page.post("/api/login", login, json), "username").json()["csrfToken"]
tell(page.post("/api/notes/", {"title": "x"}, json, headers={}), "detail")
signed = {"X-CSRFToken": token}
tell(page.post("/api/notes/", {"title": "x"}, json, headers=signed), "title")
key = tell(page.post("/api/api-keys", {"name": "y"}, json, headers=signed), "name").json()["key"]
script = Client(SERVER_NAME="localhost")
tell(script.get("/api/me", headers={"X-API-Key": key}), "username")
tell(page.post("/api/logout", {}, json, headers=signed), "")
tell(page.get("/api/me"), "status")
"""


def test_all_plugins_take_users_who_are_known_by_an_address(project: Project) -> None:
    folder, python = project.folder, project.python
    project.install("[mfa]")
    (folder / "people" / "migrations").mkdir(parents=True)
    (folder / "people" / "__init__.py").touch()
    (folder / "people" / "migrations" / "__init__.py").touch()
    (folder / "people" / "models.py").write_text(PERSON, encoding="utf-8")
    text = (folder / "mysite" / "settings.py").read_text(encoding="utf-8")
    text = text.replace("configure(globals())", SETTINGS)
    (folder / "mysite" / "people.py").write_text(text, encoding="utf-8")
    text = (folder / "permissions.toml").read_text(encoding="utf-8")
    (folder / "people.toml").write_text(text.replace("[User]", "[Person]"), encoding="utf-8")
    settings = ("--settings", "mysite.people")
    project.run(python, "manage.py", "makemigrations", "people", *settings)
    project.run(python, "manage.py", "migrate", *settings)
    said = project.run(python, "manage.py", "makemigrations", "--check", "--dry-run", *settings)
    assert "No changes detected" in said
    project.run(python, "manage.py", "check", "--fail-level", "WARNING", *settings)
    (folder / "visit.py").write_text(VISIT, encoding="utf-8")
    told = project.run("env", "DJANGO_SETTINGS_MODULE=mysite.people", python, "visit.py")
    answers = [line for line in told.splitlines() if re.match(r"\d{3} ", line)]
    refused = answers.pop(1)
    assert refused.startswith("403 CSRF token missing")
    assert answers == [
        "201 ada@example.org",
        "201 x",
        "201 y",
        "200 ada@example.org",
        "204 ",
        "401 401",
    ]
