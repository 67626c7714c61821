"""Login forms for the admin."""

from __future__ import annotations

from typing import Any

from django import forms

from auth_core.admin_login import GuardedLoginForm


class ShowingForm(GuardedLoginForm):
    password = forms.CharField(widget=forms.TextInput)


class PasteBarringForm(GuardedLoginForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].widget.attrs["onpaste"] = "return false"


class SecretiveForm(GuardedLoginForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].widget.attrs["autocomplete"] = "off"
