"""The bodies of requests and answers of sign-up and of the caller's account."""

from __future__ import annotations

from rest_framework import serializers

from auth_core.mail.fields import AddressText
from auth_core.serializers import (
    PrincipalSerializer,
    StrictSerializer,
    StrictText,
    TakesLoginFields,
)

IF_THERE = "An account without a password needs an authentication of a few minutes ago instead."


class RegisterSerializer(StrictSerializer):
    """A sign-up. Without a username, the e-mail address is the username."""

    email = AddressText()
    password = StrictText(write_only=True)
    username = StrictText(required=False, default="")
    invitation = StrictText(required=False, default="", write_only=True)


class VerifySerializer(StrictSerializer):
    """The token of the link, and what may replace the facts of the sign-up."""

    token = StrictText(write_only=True)
    username = StrictText(required=False, default="")
    newPassword = StrictText(required=False, default="", write_only=True)  # noqa: N815


class MailAddressSerializer(StrictSerializer):
    """The address that gets a mail."""

    email = AddressText()


class ResetSerializer(StrictSerializer):
    """The token of the link, and the new password."""

    token = StrictText(write_only=True)
    newPassword = StrictText(write_only=True)  # noqa: N815


class TokenSerializer(StrictSerializer):
    """The token of the link."""

    token = StrictText(write_only=True)


class EmailChangeSerializer(TakesLoginFields):
    """The new address, the current password, and what second steps need."""

    email = AddressText()
    currentPassword = StrictText(  # noqa: N815
        required=False, write_only=True, help_text=IF_THERE
    )


class DeletionSerializer(TakesLoginFields):
    """The current password, and what second steps need."""

    currentPassword = StrictText(  # noqa: N815
        required=False, write_only=True, help_text=IF_THERE
    )


class AccountSerializer(PrincipalSerializer):
    """The caller, and whether the e-mail address is verified."""

    email = serializers.CharField(allow_null=True)
    emailVerified = serializers.BooleanField()  # noqa: N815


class InvitationRequestSerializer(StrictSerializer):
    """Whom to invite, and the role that the account gets."""

    email = AddressText()
    role = StrictText(required=False, default="")


class InvitationSerializer(serializers.Serializer[object]):
    """An invitation. Its token is in the mail alone."""

    email = serializers.CharField()
    role = serializers.CharField()
    expiresAt = serializers.DateTimeField()  # noqa: N815
