"""What runs here, on the admin's first page. The app's config names it."""

from __future__ import annotations

import platform

import django
from django.conf import settings
from django.core.checks import run_checks
from django.db import connection
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString


def show_service(request: HttpRequest) -> SafeString | None:
    """Show plugins, versions and the findings of `manage.py check` to superusers."""
    if not getattr(request.user, "is_superuser", False):
        return None
    context = {
        "plugins": settings.AUTH_PLUGINS,
        "versions": {
            "Python": platform.python_version(),
            "Django": django.get_version(),
            connection.display_name: _read_database_version(),
        },
        "faults": [fault for fault in run_checks() if not fault.is_silenced()],
    }
    return render_to_string("admin/service.html", context)


def _read_database_version() -> str:
    return ".".join(str(part) for part in connection.get_database_version())
