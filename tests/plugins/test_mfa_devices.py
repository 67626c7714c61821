"""Devices that need no second factor for a while, and what ends that."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from api_http.graphql import execution
from api_http.graphql.schema import load_schema
from auth_core.graphql import Credentials, UserInfo
from auth_core.models import AuthEvent
from auth_core.password_change import permit_own_password
from auth_mfa.models import Factor, RememberedDevice
from auth_mfa.use_cases import end_factor
from tests.graph import ask_data, ask_error
from tests.plugins.apikeys import READ_ONLY, call_with, make_key
from tests.plugins.mfa import enrol
from tests.sessions import begin

pytestmark = pytest.mark.django_db
DEVICES = "/api/me/devices"
LOGIN = "mutation ($given: Credentials!) { login(credentials: $given) { deviceSecret } }"


@pytest.fixture(autouse=True)
def codes(quick_hashes: None, user: Any, settings: Any) -> list[str]:
    settings.MFA_REMEMBER_DEVICE = timedelta(days=14)
    return enrol(user)


@pytest.fixture
def schema(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The schema with the inputs and answers of this setting."""

    def forget() -> None:
        for kind in (Credentials, UserInfo):
            vars(kind).pop("fields", None)

    forget()
    make: Any = load_schema
    found = make.__wrapped__()
    monkeypatch.setattr(execution, "load_schema", lambda: found)
    yield
    forget()


def log_in(name: str = "ada", **more: Any) -> Any:
    agent = {"User-Agent": "python-requests/2.32"}
    return APIClient(headers=agent).post("/api/login", {"username": name, "password": name, **more})


def remember(code: str) -> str:
    return str(log_in(otp=code, rememberDevice=True).json()["deviceSecret"])


def as_owner(user: Any) -> APIClient:
    return APIClient(headers={"Authorization": f"Bearer {begin(user)['accessToken']}"})


def test_a_device_logs_in_again_without_a_code(codes: list[str], user: Any) -> None:
    secret = remember(codes[0])
    assert secret not in repr(list(RememberedDevice.objects.values()))
    for _ in range(2):
        answer = log_in(deviceSecret=secret)
        assert (answer.status_code, "deviceSecret" in answer.json()) == (201, False)
    (device,) = as_owner(user).get(DEVICES).json()
    assert device["device"] == "Python Requests"
    assert device["lastUsedAt"] < device["expiresAt"]
    assert AuthEvent.objects.filter(event="device_remembered").count() == 1


def test_nothing_is_remembered_unasked_nor_by_a_device(codes: list[str]) -> None:
    assert "deviceSecret" not in log_in(otp=codes[0]).json()
    assert "deviceSecret" not in log_in(otp=codes[1], rememberDevice=False).json()
    secret = remember(codes[2])
    assert "deviceSecret" not in log_in(deviceSecret=secret, rememberDevice=True).json()
    assert log_in(rememberDevice=True).json()["code"] == "second_factor_required"
    assert log_in(otp="000000", rememberDevice=True).status_code == 401
    assert RememberedDevice.objects.count() == 1


def set_password(user: Any, _: Any) -> None:
    with permit_own_password(user):
        user.set_password("ada")
        user.save()


def shorten(_: Any, settings: Any) -> None:
    settings.MFA_REMEMBER_DEVICE = timedelta(seconds=1)
    RememberedDevice.objects.update(created_at=timezone.now() - timedelta(seconds=2))


def turn_off(_: Any, settings: Any) -> None:
    settings.MFA_REMEMBER_DEVICE = None


def forget(user: Any, _: Any) -> None:
    path = f"{DEVICES}/{RememberedDevice.objects.get().pk}"
    assert as_owner(user).delete(path).status_code == 204


def change_factor(user: Any, _: Any) -> None:
    end_factor(Factor.objects.get())
    enrol(user)


ENDS: dict[str, Callable[[Any, Any], Any]] = {
    "a new password": set_password,
    "the end of the other sessions": lambda user, _: as_owner(user).delete("/api/sessions"),
    "a logout everywhere": lambda user, _: as_owner(user).post("/api/logout", {"everywhere": True}),
    "the end of a factor": change_factor,
    "its owner": forget,
    "a shorter time": shorten,
    "the setting": turn_off,
    "its time": lambda *_: RememberedDevice.objects.update(expires_at=timezone.now()),
}


@pytest.mark.parametrize("end", ENDS)
def test_a_device_is_ended_by(codes: list[str], user: Any, settings: Any, end: str) -> None:
    secret = remember(codes[0])
    assert log_in(deviceSecret=secret).status_code == 201
    ENDS[end](user, settings)
    answer = log_in(deviceSecret=secret)
    assert answer.status_code == (400 if end == "the setting" else 401)
    if end != "the setting":
        assert answer.json()["code"] == "second_factor_required"
        assert as_owner(user).get(DEVICES).json() == []


def test_the_device_of_another_user_is_none_of_theirs(
    codes: list[str], user: Any, admin: Any
) -> None:
    secret = remember(codes[0])
    enrol(admin, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
    assert log_in("admin", deviceSecret=secret).json()["code"] == "second_factor_required"
    path = f"{DEVICES}/{RememberedDevice.objects.get().pk}"
    assert as_owner(admin).delete(path).status_code == 404
    assert as_owner(admin).get(DEVICES).json() == []
    assert as_owner(user).delete(f"{DEVICES}/x").status_code == 404
    assert log_in(deviceSecret=secret).status_code == 201


def test_secrets_are_counted_as_codes(codes: list[str], settings: Any) -> None:
    settings.LOCKOUT_ACCOUNT_TRIES = 3
    statuses = [log_in(deviceSecret=f"guess {each}").status_code for each in range(4)]
    assert statuses == [401, 401, 401, 429]
    assert log_in(otp=codes[0]).status_code == 429


def test_a_device_stands_for_a_code_at_a_login_alone(codes: list[str], user: Any) -> None:
    secret, client = remember(codes[0]), as_owner(user)
    new = {"currentPassword": "ada", "newPassword": "analytical engine of 1837"}
    for path, body in (
        ("/api/me/password", new),
        ("/api/me/reauthenticate", {"currentPassword": "ada"}),
        ("/api/me/factors/totp", {"currentPassword": "ada"}),
        ("/api/me/recovery-codes", {"otp": ""}),
    ):
        assert client.post(path, {**body, "deviceSecret": secret}).status_code == 400
    user.is_staff = True
    user.save()
    browser = Client()
    login = {"username": "ada", "password": "ada", "deviceSecret": secret}
    assert browser.post("/admin/login/", login).status_code == 200
    assert "deviceSecret" not in browser.get("/admin/login/").text


def test_the_oldest_device_makes_room(codes: list[str], user: Any) -> None:
    first = remember(codes[0])
    for _ in range(9):
        RememberedDevice.objects.create(
            user=user,
            digest=f"{_}",
            created_at=timezone.now(),
            expires_at=timezone.now() + timedelta(days=1),
        )
    assert log_in(deviceSecret=first).status_code == 201
    remember(codes[1])
    assert RememberedDevice.objects.count() == 10
    assert log_in(deviceSecret=first).status_code == 401


@pytest.mark.parametrize("more", [{"rememberDevice": "yes"}, {"deviceSecret": 1}])
def test_inputs_of_another_kind_are_a_400(more: dict[str, Any]) -> None:
    assert log_in(**more).status_code == 400


def test_without_the_setting_there_is_no_such_input(settings: Any) -> None:
    settings.MFA_REMEMBER_DEVICE = None
    for name in ("rememberDevice", "deviceSecret"):
        more: dict[str, Any] = {name: True}
        assert log_in(**more).status_code == 400
        assert name not in APIClient().get("/api/schema").text


@pytest.mark.usefixtures("schema")
def test_graphql_does_the_same(codes: list[str], user: Any) -> None:
    base = {"username": "ada", "password": "ada"}
    given = {**base, "otp": codes[0], "rememberDevice": True}
    secret = ask_data(APIClient(), LOGIN, given=given)["login"]["deviceSecret"]
    again = ask_data(APIClient(), LOGIN, given={**base, "deviceSecret": secret})
    assert again == {"login": {"deviceSecret": None}}
    client = as_owner(user)
    (device,) = ask_data(client, "{ rememberedDevices { id device } }")["rememberedDevices"]
    end = "mutation ($id: String!) { forgetDevice(id: $id) { id } }"
    assert ask_data(client, end, id=device["id"])["forgetDevice"] == {"id": device["id"]}
    error = ask_error(APIClient(), LOGIN, given={**base, "deviceSecret": secret})
    assert error["extensions"]["code"] == "second_factor_required"
    assert ask_error(client, end, id=device["id"])["extensions"]["code"] == "NOT_FOUND"


def test_limited_keys_and_strangers_reach_no_device(codes: list[str], user: Any) -> None:
    remember(codes[0])
    path = f"{DEVICES}/{RememberedDevice.objects.get().pk}"
    key = call_with(make_key(user, **READ_ONLY))
    assert key.delete(path).status_code == 403
    end = f'mutation {{ forgetDevice(id: "{RememberedDevice.objects.get().pk}") {{ id }} }}'
    assert ask_error(key, end)["extensions"]["code"] == "FORBIDDEN"
    assert [APIClient().get(DEVICES).status_code, APIClient().delete(path).status_code] == [401] * 2
    assert RememberedDevice.objects.count() == 1


def test_users_with_devices_are_deletable(codes: list[str], user: Any) -> None:
    remember(codes[0])
    user.delete()
    assert not RememberedDevice.objects.exists()


def test_an_administrator_sees_devices_and_forgets_them(
    codes: list[str], admin: Any, user: Any
) -> None:
    secret = remember(codes[0])
    admin.is_staff = admin.is_superuser = True
    admin.save()
    browser = Client()
    browser.force_login(admin)
    device = RememberedDevice.objects.get()
    page = browser.get("/admin/auth_mfa/remembereddevice/").text
    shown = [each in page for each in ("ada", "python-requests/2.32", device.digest)]
    assert shown == [True, True, False]
    path = f"/admin/auth_mfa/remembereddevice/{device.pk}/"
    form = browser.get(f"{path}change/").text
    assert [each in form for each in (device.digest, device.auth_hash)] == [False, False]
    assert browser.post(f"{path}delete/", {"post": "yes"}).status_code == 302
    event = AuthEvent.objects.get(event="device_forgotten")
    found = (event.user_id, event.actor_id, event.detail)
    assert found == (user.pk, admin.pk, "by an administrator")
    assert log_in(deviceSecret=secret).status_code == 401
