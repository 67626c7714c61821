"""How long the service's own hasher takes, in the service's environment: a line in, the seconds of
one hash out.
"""

from __future__ import annotations

import os
import sys
from time import perf_counter

import django
from django.contrib.auth.hashers import check_password, make_password


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    encoded = make_password("a password")
    for _ in sys.stdin:
        started = perf_counter()
        check_password("a password", encoded)
        print(perf_counter() - started, flush=True)


if __name__ == "__main__":
    main()
