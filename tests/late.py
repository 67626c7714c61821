"""The settings of the tests, for a process whose clock is CLOCK_BEHIND seconds behind."""

import os
from datetime import timedelta

from django.utils import timezone

from tests.settings import *  # noqa: F403

_behind = timedelta(seconds=float(os.environ["CLOCK_BEHIND"]))
_now = timezone.now
# All code of the service asks this one clock.
timezone.now = lambda: _now() - _behind
