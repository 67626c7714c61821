"""Settings for mypy alone: the apps of the project and of its tests, which no process serves
together.
"""

from config.settings import INSTALLED_APPS as PROJECT
from tests.settings import *  # noqa: F403
from tests.settings import INSTALLED_APPS as TESTS

INSTALLED_APPS = list(dict.fromkeys([*TESTS, *PROJECT]))
