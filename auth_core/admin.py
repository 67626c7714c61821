"""The admin's share: its login goes through the lock, and the audit can be read there."""

from __future__ import annotations

from django.contrib import admin

from auth_core.admin_login import GuardedLoginForm

admin.site.login_form = GuardedLoginForm
