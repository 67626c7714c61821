"""The settings of the product's tests: the project's, with apps and addresses of the tests' own.

What an adopter adds to `config/` is not in it, so that it turns none of these tests red.
"""

import os

from runtime.roles import read_roles

# Read by config.settings. What an adopter adds to the default is not in it.
os.environ.setdefault("AUTH_PLUGINS", "auth_core,auth_jwt,auth_basic")

from config.settings import *  # noqa: F403
from config.settings import AUTH_PLUGINS, BASE_DIR

INSTALLED_APPS = [
    *AUTH_PLUGINS,
    "tests.shop",
    "accounts",
    "entity_api",
    "api_http",
    "runtime",
    "accounts.admin_site.SectionedAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "corsheaders",
    "import_export",
]
ROOT_URLCONF = "tests.urls"
PERMISSIONS_FILE = BASE_DIR / "tests" / "permissions.toml"
ROLES = read_roles(PERMISSIONS_FILE)
