"""The action of the users' list that ends locks. The app's config names it in `user_actions`."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from auth_core.lockout.unlocking import unlock_account


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
