"""The address of a login to the admin by a passkey; auth_core mounts it under account/."""

from django.urls import path

from auth_mfa.admin_login import log_in_by_passkey_to_admin

urlpatterns = [path("passkey/admin", log_in_by_passkey_to_admin, name="passkey_admin_login")]
