"""The caller's own account in the OpenAPI document."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.urls import reverse

from auth_core.policy.served import name_entity


def describe_update(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Let PATCH of the caller's account take and answer what the update of a user does.

    drf-spectacular calls it with the whole document. Without such an update nothing changes.
    """
    wanted = f"update{name_entity(get_user_model())}"
    operations = [each for path in result["paths"].values() for each in path.values()]
    update = next((each for each in operations if each.get("operationId") == wanted), None)
    own = result["paths"].get(reverse("me"), {}).get("patch")
    if update and own:
        own["requestBody"] = update["requestBody"]
        own["responses"] |= update["responses"]
        conditions = [each for each in update.get("parameters", ()) if each["in"] == "header"]
        own["parameters"] = [*own.get("parameters", ()), *conditions]
    return result
