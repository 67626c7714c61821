"""The service with a domain of relations that the sample does not have."""

from config.settings import *  # noqa: F403
from config.settings import BASE_DIR, INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "tests.relations"]
PERMISSIONS_FILE = BASE_DIR / "tests" / "relations" / "permissions.toml"
