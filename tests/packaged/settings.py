"""The settings of the conformance kit's run: the tests', with packages and their providers."""

import os

PACKAGES = [
    "rest_framework.authtoken",
    "knox",
    "rest_framework_api_key",
    "oauth2_provider",
    "allauth",
    "allauth.account",
    "allauth.headless",
]
FOLDERS = [
    "drf_token",
    "knox_token",
    "api_key",
    "oauth",
    "allauth_token",
    "gateway",
    "scoped_key",
    "magic",
]
# Nothing else is changed for them.
OWN = [f"tests.packaged.{folder}" for folder in FOLDERS]
os.environ["AUTH_PLUGINS"] = ",".join(["auth_core", "auth_jwt", "auth_basic", *PACKAGES, *OWN])

from tests.settings import *  # noqa: E402, F403

ROOT_URLCONF = "tests.packaged.urls"
# The kit is not about how passwords are hashed.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

# django-allauth. Its login counts, locks and audits as every other.
ACCOUNT_ADAPTER = "tests.packaged.adapter.GuardedAdapter"
ACCOUNT_EMAIL_VERIFICATION = "none"
# The kit logs in more often than people do.
ACCOUNT_RATE_LIMITS = False
HEADLESS_ONLY = True

# django-python3-ldap. The tests set LDAP_AUTH_URL.
LDAP_AUTH_URL = "ldap://127.0.0.1:1"
LDAP_AUTH_CONNECT_TIMEOUT = LDAP_AUTH_RECEIVE_TIMEOUT = 2
# Tries. By default it tries a server that is away for ever, and holds the thread.
LDAP_AUTH_POOL_ACTIVE = 1
LDAP_AUTH_SEARCH_BASE = "ou=people,dc=example,dc=org"
LDAP_AUTH_USER_FIELDS = {"username": "uid", "email": "mail"}
LDAP_AUTH_SYNC_USER_RELATIONS = "tests.packaged.providers.give_roles"
