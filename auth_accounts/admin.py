"""Invitations and verified addresses in Django's admin."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from api_http.admin_lists import BoundedList
from auth_accounts.models import EmailAddress, Invitation
from auth_core.mail.addresses import read_address

if TYPE_CHECKING:
    FormBase = forms.ModelForm[Invitation]
else:
    FormBase = forms.ModelForm


class InvitationForm(FormBase):
    role = forms.ChoiceField(required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        usual = settings.SIGN_UP_ROLE
        others = [(name, name) for name in settings.ROLES if name != usual]
        self.fields["role"].choices = [(usual, usual), *others]  # type: ignore[attr-defined]

    def clean_address(self) -> str:
        return read_address(self.cleaned_data["address"])

    class Meta:
        model = Invitation
        fields = ("address", "role")


@admin.register(Invitation)
class InvitationAdmin(BoundedList):
    """Invites people, shows who has not come yet, and takes invitations back."""

    form = InvitationForm
    list_display = ("address", "role", "created_at", "expires_at")
    search_fields = ("address",)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Invitation, form: Any, change: Any) -> None:
        # Late: Django imports this module also where auth_core, which this needs, is missing.
        from auth_accounts.invitations import invite  # noqa: PLC0415

        invite(request, obj.address, obj.role)
        made = Invitation.objects.filter(address=obj.address).first()
        if made is None:
            raise ValidationError("The invitation is gone already.")
        obj.__dict__.update(made.__dict__)
        self.message_user(request, f"A mail goes to {obj.address}.", messages.SUCCESS)


@admin.register(EmailAddress)
class EmailAddressAdmin(BoundedList):
    """Shows which account has verified which address; a row may be deleted."""

    list_display = ("address", "user", "verified_at")
    list_select_related = ("user",)
    search_fields = ("address",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
