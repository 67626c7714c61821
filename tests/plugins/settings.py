"""The settings of the plugins' run: the tests', with every plugin that the project ships."""

import os

# In the order in which they are asked. Those that are off by default come last.
SHIPPED = [
    "auth_core",
    "auth_jwt",
    "auth_basic",
    "auth_session",
    "auth_apikey",
    "auth_proxy",
    "auth_mfa",
    "auth_oidc",
    "auth_accounts",
    "auth_magic",
]
os.environ["AUTH_PLUGINS"] = ",".join(SHIPPED)
# Without these a check stops a service in production that sends mails.
os.environ.setdefault("EMAIL_URL", "console:")
os.environ.setdefault("PUBLIC_URL", "https://api.example.org")
os.environ.setdefault("DEFAULT_FROM_EMAIL", "Example <no-reply@example.org>")
os.environ["TRUSTED_PROXIES"] = "127.0.0.1"
os.environ["PROXY_SECRET"] = "a-secret-of-the-proxy-for-the-tests-and-no-more"
os.environ.setdefault(
    "OIDC_ISSUERS", '[{"issuer": "https://login.example.org", "audience": "service"}]'
)

from tests.settings import *  # noqa: E402, F403
