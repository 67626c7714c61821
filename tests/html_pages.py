"""Find the HTML pages of the service from its URL patterns, and print their paths as JSON.

Runs in a process of its own, in the environment and on the database of a served service.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from typing import Any

import django


def find_patterns(resolver: Any, prefix: str = "") -> Iterator[tuple[str, Any]]:
    for each in resolver.url_patterns:
        route = prefix + str(each.pattern)
        if hasattr(each, "url_patterns"):
            yield from find_patterns(each, route)
        else:
            yield route, each


def fill(route: str, pattern: Any) -> list[str]:
    """Return the paths to ask for: with a real key for each object, a real label for each app."""
    from django.contrib import admin

    labels = re.search(r"\(\?P<app_label>([^)]*)\)", route)
    if labels:
        return [f"admin/{label}/" for label in labels[1].split("|")]
    if "<path:object_id>" in route or "<id>" in route:
        found = re.match(r"admin/(\w+)/(\w+)/", route)
        for model in admin.site._registry:
            if found and (model._meta.app_label, model._meta.model_name) == found.groups():
                first = model._default_manager.first()
                key = admin.utils.quote(first.pk) if first else "1"
                return [
                    re.sub(r"<(path:object_id|id)>", str(key), route).replace("<str:name>", "x")
                ]
    return [re.sub(r"<[^>]*>", "1", route).replace("^", "").replace("$", "")]


def find_pages() -> set[str]:
    """Return the path of each page that answers HTML to a superuser, or to nobody."""
    from django.contrib.auth import get_user_model
    from django.test import Client
    from django.urls import get_resolver

    staff = Client(SERVER_NAME="127.0.0.1", headers={"Accept": "text/html"})
    staff.force_login(get_user_model().objects.get(username="admin"))
    nobody = Client(SERVER_NAME="127.0.0.1", headers={"Accept": "text/html"})
    pages: set[str] = set()
    for route, pattern in find_patterns(get_resolver()):
        if "(?P<url>" in route or pattern.name == "logout":
            continue
        for path in fill(route, pattern):
            for client in (staff, nobody):
                answer = client.get(f"/{path}")
                if answer.status_code == 200 and "text/html" in answer.get("Content-Type", ""):
                    pages.add(f"/{path}")
    return pages


if __name__ == "__main__":
    django.setup()
    sys.stdout.write(json.dumps(sorted(find_pages())))
