"""The routes of second factors; auth_core mounts them under api/."""

from django.urls import path

from auth_mfa.device_views import DeviceListView, DeviceView
from auth_mfa.passkey_views import (
    PasskeyLoginOptionsView,
    PasskeyLoginView,
    PasskeyOptionsView,
    PasskeyView,
)
from auth_mfa.views import (
    FactorListView,
    FactorView,
    RecoveryCodesView,
    TotpConfirmView,
    TotpView,
)

urlpatterns = [
    path("me/factors", FactorListView.as_view(), name="factors"),
    path("me/factors/totp", TotpView.as_view(), name="totp"),
    path("me/factors/totp/confirm", TotpConfirmView.as_view(), name="totp-confirm"),
    path("me/factors/<str:id>", FactorView.as_view(), name="factor"),
    path("me/devices", DeviceListView.as_view(), name="devices"),
    path("me/devices/<str:id>", DeviceView.as_view(), name="device"),
    path("me/passkeys/options", PasskeyOptionsView.as_view(), name="passkey-options"),
    path("me/passkeys", PasskeyView.as_view(), name="passkeys"),
    path("login/passkey/options", PasskeyLoginOptionsView.as_view(), name="passkey-login-options"),
    path("login/passkey", PasskeyLoginView.as_view(), name="passkey-login"),
    path("me/recovery-codes", RecoveryCodesView.as_view(), name="recovery-codes"),
]
