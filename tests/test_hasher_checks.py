"""A password hasher that cannot work is found by `manage.py check`, not by its users."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.hashers import get_hasher, make_password
from django.core.checks import run_checks

from accounts.hasher_checks import check_hashers


class Unloadable:
    algorithm = "unloadable"
    library = ("absent", "a_library_that_is_not_installed")

    def _load_library(self) -> None:
        raise ValueError("Couldn't load 'Unloadable' algorithm library")


@pytest.mark.parametrize("path", [f"{__name__}.Unloadable", f"{__name__}.Absent", "absent.Hasher"])
def test_a_hasher_that_cannot_be_loaded_is_named(settings: Any, path: str) -> None:
    settings.PASSWORD_HASHERS = [*settings.PASSWORD_HASHERS, path]
    (fault,) = [fault for fault in run_checks() if fault.id == "accounts.E004"]
    assert path in fault.msg
    assert fault.hint


@pytest.mark.exhaustive
@pytest.mark.one_database
def test_every_configured_hasher_hashes_and_verifies() -> None:
    assert check_hashers() == []
    for algorithm in (
        "argon2",
        "pbkdf2_sha256",
        "pbkdf2_sha1",
        "bcrypt_sha256",
        "bcrypt",
        "scrypt",
    ):
        stored = make_password("secret", hasher=algorithm)
        assert get_hasher(algorithm).verify("secret", stored)
        assert not get_hasher(algorithm).verify("Secret", stored)
