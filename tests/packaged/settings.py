"""The settings of the conformance kit's run: the tests', with packages and their providers."""

from tests.settings import *  # noqa: F403
from tests.settings import INSTALLED_APPS

PACKAGES = ["rest_framework.authtoken", "knox", "rest_framework_api_key"]
PROVIDERS = [f"tests.packaged.apps.{name}" for name in ("TokenConfig", "KnoxConfig", "KeyConfig")]
INSTALLED_APPS = [*INSTALLED_APPS, *PACKAGES, *PROVIDERS]
# The kit is not about how passwords are hashed.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
