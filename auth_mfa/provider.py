"""The second step: a code of an authenticator app, or a recovery code, beside the password.

A passkey stands for both steps.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, ClassVar

from django.contrib.auth import get_user_model
from django.utils import timezone
from django.utils.functional import classproperty
from rest_framework import serializers
from rest_framework.exceptions import AuthenticationFailed

from auth_core import SecondStep
from auth_core.serializers import StrictSwitch, StrictText
from auth_mfa.basic import ADMITTED, APPENDED, Admission, split_password, take_appended_code
from auth_mfa.codes import use_code
from auth_mfa.devices import is_on, is_remembered, remember_device
from auth_mfa.factors import has_factor
from auth_mfa.models import BasicCode, RememberedDevice
from auth_mfa.passkey_proofs import PASSKEY, PasskeyProof, prove_passkey
from auth_mfa.requirements import is_required

REQUIRED, WRONG, ENROL = "second_factor_required", "second_factor_wrong", "second_factor_missing"
TEXTS = {
    REQUIRED: "Send the code of your authenticator app, or a recovery code, as `otp`; "
    "or log in by a passkey.",
    WRONG: "The code is wrong, or was used before.",
    ENROL: "Your account needs a second factor: set up an app at POST /api/me/factors/totp, or a "
    "passkey at POST /api/me/passkeys/options.",
}


class DeviceSecretSerializer(serializers.Serializer[Any]):
    deviceSecret = serializers.CharField(  # noqa: N815
        required=False, help_text="Of a device that is remembered from now on."
    )


def make_passkey_field() -> Any:
    """Return the input of a browser's answer to /api/login/passkey/options."""
    text = "What `navigator.credentials.get()` gave, by its `toJSON()`, in place of the password."
    return serializers.DictField(required=False, write_only=True, help_text=text)


CODE = {
    "otp": StrictText(
        required=False,
        write_only=True,
        max_length=40,
        help_text="The code of a second factor, or a recovery code.",
    )
}
DEVICE = {
    "rememberDevice": StrictSwitch(
        required=False,
        write_only=True,
        help_text="Answer a secret, which later logins may send in place of a code.",
        style={"at": "login"},
    ),
    "deviceSecret": StrictText(
        required=False,
        write_only=True,
        max_length=100,
        help_text="The secret of a remembered device, in place of a code.",
        style={"at": "login"},
    ),
}


class SecondFactor(SecondStep):
    """Asks users who have a second factor for its code, wherever a password is taken."""

    _remembers = False
    proof_fields: ClassVar = {PASSKEY: make_passkey_field()}

    @classproperty
    def login_fields(cls) -> Mapping[str, Any]:  # noqa: N805
        return {**CODE, **DEVICE} if is_on() else CODE

    @classproperty
    def login_answer(cls) -> Any:  # noqa: N805
        return DeviceSecretSerializer if is_on() else None

    def permit_login(self, request: Any, user: Any, credentials: Mapping[str, Any]) -> None:
        """Refuse without a good code, if the user has a factor or must have one.

        A login by a passkey of the user needs no code, and neither does a remembered device. Costs
        a query, and with a code or a device two more.
        """
        proof = credentials.get(PASSKEY)
        if isinstance(proof, PasskeyProof) and proof.user_id == user.pk:
            return
        admission = credentials.get(ADMITTED)
        if isinstance(admission, Admission) and admission.user_id == user.pk:
            return
        if not has_factor(user):
            if is_required(user):
                raise refuse(ENROL)
        elif appended := credentials.get(APPENDED):
            if not take_appended_code(request, user, appended, timezone.now()):
                raise refuse(WRONG)
        elif not is_remembered(user, credentials.get("deviceSecret", ""), timezone.now()):
            require_code(user, credentials)
            self._remembers = is_on() and bool(credentials.get("rememberDevice"))

    @contextmanager
    def prove_caller(
        self, request: Any, given: Mapping[str, Any]
    ) -> Iterator[tuple[Any, Mapping[str, Any]]]:
        """Yield the user of the passkey, which stands for both steps. The code of an app alone
        proves nothing: it is a thing in the user's hands, as the session is (NIST SP 800-63B).
        """
        yield prove_passkey(request, given[PASSKEY])

    def add_to_answer(self, request: Any, user: Any) -> Mapping[str, object]:
        """Return the secret of a device that is remembered from now on, after a good code."""
        return {"deviceSecret": remember_device(request, user)} if self._remembers else {}

    def split_password(
        self, request: Any, username: str, password: str
    ) -> tuple[str, Mapping[str, Any]] | None:
        return split_password(request, username, password)

    def revoke(self, request: Any, user: Any, *, everywhere: bool) -> bool:
        if everywhere:
            self.revoke_others(request, user)
        return False

    def revoke_others(self, request: Any, user: Any) -> None:
        """Forget all devices: a login of a stranger may have left one."""
        if isinstance(user, get_user_model()):
            RememberedDevice.objects.filter(user=user).delete()
            BasicCode.objects.filter(user=user).delete()


class ExistingFactor(SecondStep):
    """Asks for the code at the set-up of another factor. It is no plugin of its own."""

    def permit_login(self, request: Any, user: Any, credentials: Mapping[str, Any]) -> None:
        if has_factor(user):
            require_code(user, credentials)


class NoFactor(SecondStep):
    """Lets users complete a set-up by their password only while they have no factor."""

    def permit_login(self, request: Any, user: Any, credentials: Mapping[str, Any]) -> None:
        if has_factor(user):
            raise AuthenticationFailed("You have a second factor already: log in by it.", REQUIRED)


def require_code(user: Any, credentials: Mapping[str, Any]) -> None:
    """Take the code of the credentials. Raises AuthenticationFailed without a good code."""
    code = credentials.get("otp")
    if not code:
        raise refuse(REQUIRED)
    if not use_code(user, code, timezone.now()):
        raise refuse(WRONG)


def refuse(code: str) -> AuthenticationFailed:
    return AuthenticationFailed(TEXTS[code], code)
