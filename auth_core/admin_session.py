"""A login to Django's admin without a password, by an issuer or a passkey.

It has the refusals of every other login, and then begins a session.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.contrib.auth import login
from django.http import HttpRequest
from rest_framework.exceptions import AuthenticationFailed

from auth_core.login import admit_user

NOT_STAFF = "not_staff"


def log_in_to_admin(
    request: HttpRequest, user: Any, *, by: str, credentials: Mapping[str, Any] | None = None
) -> None:
    """Begin a session of the admin for a user whom a plugin has identified. `by` names the way in
    the audit, `credentials` are the inputs for second steps.

    Raises AuthenticationFailed, also for a user who is not staff, and Throttled.
    """
    if not user.is_staff:
        raise AuthenticationFailed("This account may not use the admin.", NOT_STAFF)
    admit_user(request, user, by=by, credentials=credentials)
    # The session needs the name of a backend, which checks the user's rights from then on.
    login(request, user, backend=settings.AUTHENTICATION_BACKENDS[0])
