"""The ends of locks in the admin: an action of the users' list, and the button of the first page.

The app's config names the action in `user_actions`.
"""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.auth import get_user_model
from django.core.exceptions import BadRequest, PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse

from api_http.exceptions import Unavailable
from auth_core.account_name import key_field, name_key
from auth_core.address import parse_address
from auth_core.lockout.unlocking import unlock_account, unlock_address
from auth_core.user_lookup import find_user


@admin.action(description="Unlock the selected users", permissions=["change"])
def unlock_selected(page: Any, request: HttpRequest, users: QuerySet[Any]) -> None:
    """End the locks of those of the users whom the person may change."""
    permitted = [user for user in users if page.has_change_permission(request, user)]
    unlocked = [user for user in permitted if unlock_account(user.get_username(), user)]
    text = (
        f"Unlocked {len(unlocked)} of {len(users)} selected users; the others had no failed logins."
    )
    if len(permitted) < len(users):
        text = (
            f"Unlocked {len(unlocked)} of {len(users)} selected users. You may not change all of "
            "them."
        )
    page.message_user(request, text, messages.SUCCESS)


def may_unlock(request: HttpRequest, username: str) -> bool:
    """Whether the person may end a lock: of an account that they may change, or as a superuser."""
    if getattr(request.user, "is_superuser", False):
        return True
    user = find_user(key_field(), name_key(username)) if username else None
    model: Any = get_user_model()
    if user is None or not admin.site.is_registered(model):
        return False
    return bool(admin.site.get_model_admin(model).has_change_permission(request, user))


def unlock(request: HttpRequest) -> HttpResponseRedirect:
    """End the lock of the `username` or the `address` that was posted, and lead to the first page.

    Raises PermissionDenied, and BadRequest for neither of the two.
    """
    username, text = request.POST.get("username", ""), request.POST.get("address", "")
    address = parse_address(text) if text and not username else None
    if not may_unlock(request, username):
        raise PermissionDenied
    if "\0" in username or not (username or address):
        raise BadRequest
    try:
        was_locked = unlock_account(username) if username else unlock_address(address)  # type: ignore[arg-type]
    except Unavailable:
        messages.error(request, "The counters of failed logins cannot be reached.")
    else:
        what = username or text
        done = f"Released {what}." if was_locked else f"{what} was not locked any more."
        messages.success(request, done)
    return HttpResponseRedirect(reverse("admin:index"))
