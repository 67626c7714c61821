"""A system check: each configured password hasher can hash."""

from __future__ import annotations

from django.conf import settings
from django.core.checks import CheckMessage, Error
from django.utils.module_loading import import_string


def check_hashers(**_: object) -> list[CheckMessage]:
    """Load each of PASSWORD_HASHERS and its library.

    Otherwise its users could not log in, which looks like a wrong password.
    """
    return [fault for path in settings.PASSWORD_HASHERS for fault in _check_hasher(path)]


def _check_hasher(path: str) -> list[CheckMessage]:
    try:
        hasher = import_string(path)()
        # Django's own way to load the library, as encode() does.
        if hasher.library:
            hasher._load_library()  # noqa: SLF001
    except Exception as error:  # noqa: BLE001 (any error of the import is reported)
        return [
            Error(
                f"The password hasher {path} cannot be used: {type(error).__name__}: {error}",
                hint="Install its library, correct its name in PASSWORD_HASHERS, or take it out.",
                id="accounts.E004",
            )
        ]
    return []
