"""Settings for mypy alone: the sample domain beside the tests' own, which no process serves
together.
"""

from tests.settings import *  # noqa: F403
from tests.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "entities"]
