"""The bodies of requests and answers of the authentication endpoints."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from api_http.faults import UNKNOWN_FIELD
from auth_core.contract import AuthProvider
from auth_core.registry import installed_providers
from auth_core.second_steps import list_login_fields, list_proof_fields


class MomentField(serializers.DateTimeField):
    """A time that the renderer writes, whatever a project has among DRF's settings."""

    format = None


class StrictText(serializers.CharField):
    """A JSON string taken as it is; DRF's own field makes text of numbers and trims it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(trim_whitespace=False, allow_blank=True, **kwargs)

    def to_internal_value(self, data: object) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return data


class StrictSerializer(serializers.Serializer[Any]):
    """Takes no keys but its own fields, and reports every fault of the body at once."""

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        faults: dict[str, Any] = {}
        try:
            values: dict[str, Any] = super().to_internal_value(data)
        except ValidationError as error:
            faults |= error.detail  # type: ignore[arg-type]
        if isinstance(data, dict):
            faults |= {key: [UNKNOWN_FIELD] for key in data.keys() - self.fields}
        if faults:
            raise ValidationError(faults)
        return values


@contextmanager
def read_secrets(kind: type[StrictSerializer], data: Any) -> Iterator[dict[str, Any]]:
    """Yield the valid values of a body that holds passwords, and then drop them from the body and
    the serializer.

    A serializer and its fields, a view and its request refer to each other, so they stay in memory
    until the garbage is collected. Raises ValidationError.
    """
    serializer = kind(data=data)
    try:
        serializer.is_valid(raise_exception=True)
        yield serializer.validated_data
    finally:
        for kept in (data, getattr(serializer, "_validated_data", None)):
            if isinstance(kept, dict):
                kept.clear()


class TakesLoginFields(StrictSerializer):
    """Takes what providers ask for besides a password. `logs_in` is for a body of a login."""

    logs_in = False

    def get_fields(self) -> dict[str, Any]:
        return {**super().get_fields(), **list_login_fields(at_login=self.logs_in)}


class CredentialsSerializer(TakesLoginFields):
    """A username and a password, and what second steps need."""

    logs_in = True
    username = StrictText()
    password = StrictText(write_only=True)


class PasswordChangeSerializer(TakesLoginFields):
    """The current password and the new password, and what second steps need."""

    currentPassword = StrictText(write_only=True)  # noqa: N815 (its name on the wire)
    newPassword = StrictText(write_only=True)  # noqa: N815


class ReauthenticationSerializer(TakesLoginFields):
    """The current password, or a proof that a plugin takes; and what second steps need."""

    currentPassword = StrictText(  # noqa: N815
        write_only=True, help_text="The password that you have now."
    )

    def get_fields(self) -> dict[str, Any]:
        fields, proofs = super().get_fields(), list_proof_fields()
        fields["currentPassword"].required = not proofs
        return {**fields, **proofs}


def read_login_fields(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return the valid inputs of a page's form for second steps. Raises ValidationError."""
    serializer = TakesLoginFields(
        data={name: data[name] for name in list_login_fields() if data.get(name)}
    )
    serializer.is_valid(raise_exception=True)
    found: dict[str, Any] = serializer.validated_data
    return found


class StrictSwitch(serializers.BooleanField):
    """A JSON boolean; DRF's own field takes "yes" and 1 as well."""

    def to_internal_value(self, data: object) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


class LogoutSerializer(StrictSerializer):
    """What to end: the login of the credentials, or all of them."""

    everywhere = StrictSwitch(
        default=False, help_text="End all sessions of the caller, the admin's too."
    )


class PrincipalSerializer(serializers.Serializer[Any]):
    """Who is calling."""

    id = serializers.CharField()
    username = serializers.CharField()
    roles = serializers.ListField(child=serializers.CharField())


class IssuedSerializer(serializers.Serializer[Any]):
    """What a provider issues that does not declare its answer."""

    accessToken = serializers.CharField(required=False)  # noqa: N815
    tokenType = serializers.CharField(required=False)  # noqa: N815


def list_login_answers() -> list[type[serializers.Serializer[Any]]]:
    """Return a serializer of the tokens of each installed provider, in their order."""
    return [
        provider.login_answer or IssuedSerializer
        for provider in installed_providers()
        if type(provider).issue is not AuthProvider.issue
    ]


def list_added_answers() -> list[type[serializers.Serializer[Any]]]:
    """Return a serializer of each provider's additions to a login's answer."""
    return [
        provider.login_answer
        for provider in installed_providers()
        if provider.login_answer and type(provider).issue is AuthProvider.issue
    ]


class LoginSerializer(PrincipalSerializer):
    """The caller, and what the first provider that issues tokens hands out."""

    # The documents get the fields of the installed providers: auth_core/openapi.py, graphql.py.
