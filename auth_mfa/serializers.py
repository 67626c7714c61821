"""The bodies of requests and answers about second factors."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from auth_core.devices import name_device
from auth_core.serializers import StrictSerializer, StrictText
from auth_mfa.models import Factor, Passkey, RememberedDevice
from auth_mfa.provider import make_passkey_field

OTP = "A code of the second factor, or a recovery code."
FOR_BEGINNERS = "Without it, the caller. For users who cannot log in yet."


class BeginSerializer(StrictSerializer):
    """The password, and a code where there is a second factor already; or a passkey."""

    username = StrictText(required=False, help_text=FOR_BEGINNERS)
    currentPassword = StrictText(  # noqa: N815 (the name on the wire)
        write_only=True,
        required=False,
        help_text="Users without a password need an authentication of a few minutes ago instead.",
    )
    otp = StrictText(required=False, write_only=True, max_length=40, help_text=OTP)
    passkey = make_passkey_field()


class ConfirmSerializer(StrictSerializer):
    """The first code of the new factor, and the user as before."""

    username = StrictText(required=False, help_text=FOR_BEGINNERS)
    currentPassword = StrictText(write_only=True, required=False)  # noqa: N815
    otp = StrictText(write_only=True, max_length=40, help_text="A code of the new factor.")


class CodeSerializer(StrictSerializer):
    """A code, or a passkey."""

    otp = StrictText(required=False, write_only=True, max_length=40, help_text=OTP)
    passkey = make_passkey_field()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not attrs:
            raise serializers.ValidationError({"otp": ["This field is required."]}, "required")
        return attrs


class RenameSerializer(StrictSerializer):
    name = StrictText(max_length=100, help_text="Of a passkey, to tell it by.")


class FactorSerializer(serializers.Serializer[Factor | Passkey]):
    """A second factor, without its secret."""

    id = serializers.CharField()
    kind = serializers.ChoiceField(("totp", "passkey"))
    name = serializers.CharField(help_text="Of a passkey.")
    createdAt = serializers.DateTimeField(source="created_at")  # noqa: N815
    lastUsedAt = serializers.DateTimeField(source="last_used_at", allow_null=True)  # noqa: N815


class DeviceSerializer(serializers.Serializer[RememberedDevice]):
    """A remembered device, without its secret."""

    id = serializers.CharField()
    device = serializers.SerializerMethodField(
        help_text="The program and the system of its User-Agent, as far as they are known."
    )
    createdAt = serializers.DateTimeField(source="created_at")  # noqa: N815
    lastUsedAt = serializers.DateTimeField(source="last_used_at", allow_null=True)  # noqa: N815
    expiresAt = serializers.DateTimeField(source="expires_at")  # noqa: N815

    def get_device(self, device: RememberedDevice) -> str:
        return name_device(device.agent)


class SecretSerializer(serializers.Serializer[Any]):
    """What an authenticator app needs, once."""

    id = serializers.CharField()
    secret = serializers.CharField(help_text="In base32, to be typed in.")
    uri = serializers.CharField(help_text="An `otpauth:` address.")
    qr = serializers.CharField(help_text="The address as a picture: an SVG in a `data:` URL.")


class RecoveryCodesSerializer(serializers.Serializer[Any]):
    recoveryCodes = serializers.ListField(  # noqa: N815
        child=serializers.CharField(), help_text="Each is good once. No other answer has them."
    )


class NewPasskeySerializer(StrictSerializer):
    """The browser's answer, and the user as before."""

    username = StrictText(
        required=False, help_text="Without it, the caller. For users who cannot log in yet."
    )
    currentPassword = StrictText(write_only=True, required=False)  # noqa: N815
    name = StrictText(required=False, default="", max_length=100, help_text="To tell it by.")
    credential = serializers.DictField(
        help_text="What `navigator.credentials.create()` gave, by its `toJSON()`."
    )


class PasskeyLoginSerializer(StrictSerializer):
    credential = serializers.DictField(
        help_text="What `navigator.credentials.get()` gave, by its `toJSON()`."
    )


class NothingSerializer(StrictSerializer):
    """No field: the browser finds the passkey, and the passkey names the user."""


class OptionsSerializer(serializers.Serializer[Any]):
    """Options of WebAuthn, for the browser's `parseRequestOptionsFromJSON()` and the like."""

    challenge = serializers.CharField(help_text="Good once, for five minutes.")
    timeout = serializers.IntegerField(help_text="Milliseconds.")


class RegistrationOptionsSerializer(OptionsSerializer):
    rp = serializers.DictField()
    user = serializers.DictField()
    pubKeyCredParams = serializers.ListField(child=serializers.DictField())  # noqa: N815
    excludeCredentials = serializers.ListField(child=serializers.DictField())  # noqa: N815
    authenticatorSelection = serializers.DictField()  # noqa: N815
    attestation = serializers.CharField()


class LoginOptionsSerializer(OptionsSerializer):
    rpId = serializers.CharField()  # noqa: N815
    allowCredentials = serializers.ListField(child=serializers.DictField())  # noqa: N815
    userVerification = serializers.CharField()  # noqa: N815


class NewPasskeyAnswerSerializer(FactorSerializer):
    """The passkey, and recovery codes if it is the first factor of the user."""

    recoveryCodes = serializers.ListField(child=serializers.CharField())  # noqa: N815
