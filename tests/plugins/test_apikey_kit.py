"""The conformance kit, run by the provider of API keys."""

from __future__ import annotations

from typing import Any

from auth_core.testing import Headers, ProviderKit
from tests.plugins.apikeys import READ_ONLY, make_key


class TestApiKey(ProviderKit):
    name = "auth_apikey"

    def make_headers(self, user: Any) -> Headers:
        return {"X-API-Key": make_key(user)}

    def make_limited_headers(self, user: Any) -> Headers:
        return {"X-API-Key": make_key(user, **READ_ONLY)}

    def make_bad_headers(self) -> Headers:
        return {"X-API-Key": "sk_0123456789ab_" + "A" * 43}
