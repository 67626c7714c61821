"""Makes users with the role `user` and prints an access token of each, a line for each token.

It runs in the service's environment: `python -m benchmarks.tokens 2000`. A login by the API would
hash a password for each user, which takes minutes for 2,000 users.
"""

from __future__ import annotations

import os
import sys
from types import SimpleNamespace
from typing import Any

import django


def main(count: int) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    # Django has to be set up before its models are imported.
    from django.contrib.auth import get_user_model  # noqa: PLC0415
    from django.contrib.auth.models import Group  # noqa: PLC0415
    from django.utils import timezone  # noqa: PLC0415

    from auth_jwt.sessions import begin_session  # noqa: PLC0415
    from auth_jwt.tokens import issue_pair  # noqa: PLC0415

    now = timezone.now()
    request: Any = SimpleNamespace(META={"REMOTE_ADDR": "127.0.0.1"})
    group, _ = Group.objects.get_or_create(name="user")
    for number in range(count):
        user = get_user_model().objects.create_user(f"benchmark-{number}")
        user.groups.add(group)
        print(issue_pair(begin_session(request, user, now), now)["accessToken"])


if __name__ == "__main__":
    main(int(sys.argv[1]))
