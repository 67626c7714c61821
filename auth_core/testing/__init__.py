"""The conformance kit: a class of pytest that any provider runs unchanged.

Derive a class, say how to make credentials, and install the provider's app for the tests:

    class TestMyProvider(ProviderKit):
        name = "my_keys"

        def make_headers(self, user):
            return {"Authorization": f"ApiKey {make_key(user)}"}

`SecondStepKit` is the same for a plugin that asks for more at a login.

It needs pytest and pytest-django, which a service does not install.
"""

import pytest

_PARTS = ("facts", "outcomes", "surfaces", "records", "limits", "logins", "kit", "second_steps")
# Otherwise a test that fails does not show the values it compared.
pytest.register_assert_rewrite(*(f"{__name__}.{part}" for part in _PARTS))

from auth_core.testing.facts import Headers  # noqa: E402
from auth_core.testing.kit import ProviderKit  # noqa: E402
from auth_core.testing.second_steps import SecondStepKit  # noqa: E402

__all__ = ["Headers", "ProviderKit", "SecondStepKit"]
