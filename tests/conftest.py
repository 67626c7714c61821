"""Who calls: fixtures for all tests."""

import functools
from base64 import b64encode
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings as django_settings
from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.urls import get_resolver
from drf_spectacular.generators import SchemaGenerator
from rest_framework.test import APIClient

from api_http.document import _make_document
from api_http.limits.counting import local_buckets
from api_http.readiness import list_migrations
from auth_core.audit import recently_recorded
from auth_core.last_use import unnoted
from auth_core.lockout.repeats import refused_credentials, verified_passwords
from runtime.postgresql.lending import stop_lending
from tests.databases import drop_templates, make_database
from tests.described import find_undescribed
from tests.overriding import Override, forget, forget_permissions, put_hooks
from tests.policies import call_as, make_user


def make_basic_header(username: str, password: str) -> str:
    return "Basic " + b64encode(f"{username}:{password}".encode()).decode()


def find_role(name: str) -> Any:
    """Return the group of a role, untyped: type checkers know no users of a group."""
    return Group.objects.get(name=name)


@functools.cache
def _hash_once(password: str, hashers: tuple[str, ...]) -> str:
    """Hash a password once in a process: a good hash takes 30 ms, and most tests need a user."""
    return make_password(password)


def add_user(username: str, password: str | None, role: str, **flags: Any) -> Any:
    user = get_user_model()(username=username, **flags)
    if password is None:
        user.set_unusable_password()
    else:
        user.password = _hash_once(password, tuple(django_settings.PASSWORD_HASHERS))
    user.save()
    user.groups.add(Group.objects.get_or_create(name=role)[0])
    return user


# A run of its own, with other settings.
collect_ignore = ["packaged", "plugins"]


@pytest.fixture(autouse=True)
def fresh_process(settings: Any) -> None:
    """Let the tests' short passwords pass, forget whom this process has seen and who has to wait,
    and start quickly.
    """
    settings.REFUSE_DEFAULT_PASSWORDS = False
    # Every client of a test loads the middleware anew, which would list all static files each time:
    # 0.1 s.
    settings.WHITENOISE_AUTOREFRESH = True
    # config.wsgi, which some tests import, lends connections from then on; a test has one of its
    # own.
    stop_lending()
    recently_recorded.clear()
    refused_credentials.clear()
    verified_passwords.clear()
    unnoted.clear()
    local_buckets.clear()
    # A process keeps these for the code it started with, and other tests change that code.
    forget_permissions()
    _make_document.cache_clear()
    list_migrations.cache_clear()
    # In a Redis that others use as well, another prefix is an empty cache; to empty it would empty
    # theirs.
    settings.CACHES["default"]["KEY_PREFIX"] = cache.key_prefix = uuid4().hex


@pytest.fixture(scope="session", autouse=True)
def loaded_urls() -> None:
    """Load the addresses of all apps, before a test leaves some of them out."""
    assert get_resolver().url_patterns


@pytest.fixture(scope="session", autouse=True)
def quick_emptying() -> Iterator[None]:
    """Delete the few rows after a test that commits. TRUNCATE writes all files of PostgreSQL anew:
    0.3 s.
    """
    with pytest.MonkeyPatch.context() as patch:
        if connection.vendor == "postgresql":
            patch.setattr(type(connection.ops), "sql_flush", _delete_rows)
        yield


def _delete_rows(
    operations: Any,
    style: Any,
    tables: list[str],
    *,
    reset_sequences: bool = False,
    allow_cascade: bool = False,
) -> list[str]:
    del style, allow_cascade
    assert not reset_sequences
    # PostgreSQL checks the foreign keys that Django makes at the end of the transaction.
    return [f"DELETE FROM {operations.quote_name(table)};" for table in tables]  # noqa: S608 (own names)


@pytest.fixture(scope="session")
def document() -> dict[str, Any]:
    """The OpenAPI document of the run's settings, which no test has changed yet."""
    made: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    return made


@pytest.fixture
def as_described(document: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """Hold that each answer of the test is in the document, with the headers that clients read."""
    ask = Client.request

    def check(self: Client, **request: Any) -> Any:
        answer = ask(self, **request)
        asked = request["REQUEST_METHOD"], request["PATH_INFO"]
        assert find_undescribed(document, *asked, answer.status_code, answer.headers) == []
        return answer

    monkeypatch.setattr(Client, "request", check)


@pytest.fixture
def quick_hashes(settings: Any) -> None:
    """Spare a test that is not about passwords the time of good hashes."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def admin(db: None) -> Any:
    return add_user("admin", "admin", "admin", is_staff=True, is_superuser=True)


@pytest.fixture
def another_admin(db: None) -> Any:
    """For tests in which the first one loses the role or the account, which the last one cannot."""
    return add_user("another", None, "admin")


@pytest.fixture
def user(db: None) -> Any:
    return add_user("ada", "ada", "user")


@pytest.fixture
def policy(settings: Any, tmp_path: Path) -> Callable[[str], Path]:
    """Put another text in the place of permissions.toml; return the file."""

    def write(text: str) -> Path:
        path = tmp_path / f"{uuid4().hex}.toml"
        path.write_text(text, encoding="utf-8")
        settings.PERMISSIONS_FILE = path
        return path

    return write


@pytest.fixture
def override(monkeypatch: pytest.MonkeyPatch) -> Iterator[Override]:
    """Put hooks into a viewset's class: `override(CustomerViewSet, get_queryset=…)`."""
    yield lambda viewset, **hooks: put_hooks(monkeypatch, viewset, hooks)
    monkeypatch.undo()
    forget()


@pytest.fixture
def api() -> APIClient:
    return APIClient()


@pytest.fixture
def as_admin(admin: Any) -> APIClient:
    return APIClient(headers={"Authorization": make_basic_header("admin", "admin")})


@pytest.fixture
def as_user(user: Any) -> APIClient:
    return APIClient(headers={"Authorization": make_basic_header("ada", "ada")})


@pytest.fixture
def rest(db: None) -> APIClient:
    """A client that acts as an admin and costs no password hash, for what is not about
    authentication.
    """
    client = APIClient()
    client.force_authenticate(add_user("root", None, "admin"))
    return client


@pytest.fixture(scope="module")
def crew(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The domain in tests/crew, installed for a module of tests."""
    from tests.installed import install, served_anew

    with install(django_db_blocker, "tests.crew.urls", "tests.crew"), served_anew():
        yield


@pytest.fixture
def root(crew: None, db: None, policy: Callable[[str], Path]) -> APIClient:
    """A client that may do everything with the domain in tests/crew."""
    from tests.crew.served import permit

    permit(policy)
    return call_as(make_user("root", "admin"))


@pytest.fixture(scope="module")
def lab_tables(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The tables of the domain in tests/lab.py, for a module of tests."""
    from tests.lab import make_tables

    with django_db_blocker.unblock(), make_tables():
        yield


@pytest.fixture
def lab(lab_tables: None, db: None, settings: Any, monkeypatch: pytest.MonkeyPatch) -> APIClient:
    """A client of the domain in tests/lab.py, within a transaction unless it is `committed`."""
    from tests.lab import serve_lab

    return serve_lab(settings, monkeypatch)


@pytest.fixture
def committed(lab_tables: None, transactional_db: None) -> Iterator[None]:
    """Let the writes of `lab` be committed, for a test of the end of a transaction."""
    from tests.lab import empty_tables

    yield
    empty_tables()


@pytest.fixture
def database_url(tmp_path: Path) -> Iterator[str]:
    with make_database(tmp_path) as url:
        yield url


@pytest.fixture
def migrated_url(tmp_path: Path) -> Iterator[str]:
    with make_database(tmp_path, "migrate") as url:
        yield url


@pytest.fixture
def seeded_url(tmp_path: Path) -> Iterator[str]:
    with make_database(tmp_path, "migrate", "seed_users") as url:
        yield url


def pytest_sessionfinish() -> None:
    drop_templates()
