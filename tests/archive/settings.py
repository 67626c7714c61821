"""The archive as a service of its own, whose files are in the folder that the environment names."""

import os
from pathlib import Path

from tests.settings import *  # noqa: F403
from tests.settings import INSTALLED_APPS as TESTS

INSTALLED_APPS = [*TESTS, "tests.archive"]
ROOT_URLCONF = "tests.archive.urls"
MEDIA_ROOT = Path(os.environ["ARCHIVE_FILES"])
