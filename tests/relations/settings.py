"""The service with a domain of relations that the sample does not have."""

from tests.settings import *  # noqa: F403
from tests.settings import BASE_DIR, INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "tests.relations"]
PERMISSIONS_FILE = BASE_DIR / "tests" / "relations" / "permissions.toml"
