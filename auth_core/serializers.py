"""The bodies of requests and answers of the authentication endpoints."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from api_http.faults import UNKNOWN_FIELD
from auth_core.second_steps import list_login_fields


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
    """Takes what providers ask for besides a password."""

    def get_fields(self) -> dict[str, Any]:
        return {**super().get_fields(), **list_login_fields()}


class CredentialsSerializer(TakesLoginFields):
    """A username and a password, and what second steps need."""

    username = StrictText()
    password = StrictText(write_only=True)


class PasswordChangeSerializer(TakesLoginFields):
    """The current password and the new password, and what second steps need."""

    currentPassword = StrictText(write_only=True)  # noqa: N815 (its name on the wire)
    newPassword = StrictText(write_only=True)  # noqa: N815


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


class LoginSerializer(PrincipalSerializer):
    """The caller, and what the first provider that issues something hands out."""

    # The document gets the fields of the installed providers from auth_core/openapi.py.
