"""The admin's form of a new key."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.admin.widgets import AdminSplitDateTime
from django.contrib.auth import get_user_model
from django.http import HttpRequest
from rest_framework.exceptions import APIException, AuthenticationFailed, ValidationError


class Scope(forms.MultipleChoiceField):
    def __init__(self, label: str, help_text: str) -> None:
        super().__init__(
            label=label,
            required=False,
            help_text=f"{help_text} Choose nothing to narrow nothing.",
            widget=forms.CheckboxSelectMultiple,
        )


class ApiKeyForm(forms.Form):
    """Takes the user by name, as there may be many, and the scopes that the policy knows."""

    username = forms.CharField(label="User", max_length=150)
    name = forms.CharField(max_length=100, help_text="Another for each key of the user.")
    actions = Scope("Actions", "What the key may do.")
    entities = Scope("Entities", "What it may be done with.")
    roles = Scope("Roles", "Of the user's roles.")
    expires_at = forms.SplitDateTimeField(
        label="Expires", required=False, widget=AdminSplitDateTime()
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        # As in admin.py: the check of a missing auth_core comes after the import.
        from auth_core.policy.loading import current_policy  # noqa: PLC0415

        super().__init__(*args, **kwargs)
        policy = current_policy()
        actions = [name for each in policy.sections for name in policy.list_actions(each)]
        choices = {"actions": actions, "entities": policy.sections, "roles": policy.roles}
        for field, names in choices.items():
            scope: Any = self.fields[field]
            scope.choices = [(name, name) for name in dict.fromkeys(names)]

    def create(self, request: HttpRequest) -> Any:
        """Return the new key with its text; `None` with errors in the form for a refused key, and
        for a login of long ago: a stolen cookie must not make a key.
        """
        from auth_apikey.issuing import create_key  # noqa: PLC0415
        from auth_apikey.scopes import Scopes  # noqa: PLC0415
        from auth_core import require_recent_auth  # noqa: PLC0415

        try:
            require_recent_auth(request)
        except AuthenticationFailed:
            self.add_error(None, "This needs a recent login. Log out, log in again, and repeat it.")
            return None
        given = self.cleaned_data
        users = get_user_model()
        try:
            user = users._default_manager.get_by_natural_key(given["username"])
        except users.DoesNotExist:
            self.add_error("username", "There is no user with this name.")
            return None
        scopes = Scopes(*(given[name] or None for name in ("actions", "entities", "roles")))
        try:
            return create_key(user, given["name"], scopes, given["expires_at"], request=request)
        except ValidationError as refusal:
            for faults in dict(refusal.detail).values():  # type: ignore[arg-type]
                self.add_error(None, [str(fault) for fault in faults])
        except APIException as refusal:
            self.add_error(None, str(refusal.detail))
        return None
