"""Clients and settings of the plugins that are off by default."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.conf import settings
from django.test import Client, override_settings

# The run has a folder of its own, so pytest does not look for the fixtures above it.
from tests.conftest import (  # noqa: F401
    admin,
    another_admin,
    api,
    as_admin,
    as_described,
    as_user,
    database_url,
    document,
    fresh_process,
    migrated_url,
    policy,
    pytest_sessionfinish,
    quick_hashes,
    seeded_url,
    user,
)
from tests.plugins.mailbox import mails  # noqa: F401


@pytest.fixture(autouse=True)
def described(as_described: None) -> None:  # noqa: F811
    """Hold in each test that the document has the answers of the plugins' routes."""


@pytest.fixture
def session_first() -> Iterator[None]:
    """Let auth_session answer the logins. Of several providers the first one does."""
    others = [app for app in settings.INSTALLED_APPS if app not in ("auth_core", "auth_session")]
    with override_settings(INSTALLED_APPS=["auth_core", "auth_session", *others]):
        yield


@pytest.fixture
def browser() -> Client:
    """A client that keeps cookies, and that has to prove that a page of the service sends."""
    return Client(enforce_csrf_checks=True)
