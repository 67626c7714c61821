"""The first screen after `quickstart`: addresses, credentials, and commands to try."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator

from django.apps import apps

from runtime.first_list import find_first_list

ADMIN = "admin"
# An open service without entities has nothing else to show.
HEALTH = "/api/_health/ready"


def describe_service(url: str, *, known_password: bool) -> str:
    """The screen for the plugins that are installed; `known_password` says whether admin/admin
    still fits.
    """
    password = ADMIN if known_password else "(the password that was set)"
    facts = {
        "Swagger UI": f"{url}/api",
        "GraphiQL": f"{url}/graphql",
        "Admin": f"{url}/admin/",
        "Credentials": f"{ADMIN} / {password}",
    }
    lines = [f"Django auth service runs at {url} (Ctrl-C stops it)", ""]
    lines += [f"  {name:<12} {fact}" for name, fact in facts.items()]
    for purpose, command in suggest_commands(url, known_password=known_password):
        lines += ["", f"  {purpose}", f"  {command}"]
    return "\n".join(["", *lines, "", ""])


def suggest_commands(url: str, *, known_password: bool) -> Iterator[tuple[str, str]]:
    """(what for, a line for the shell) for each way in that is installed."""
    path = find_first_list()
    name = path.rpartition("/")[2]
    if not apps.is_installed("auth_core"):
        yield (
            "No authentication plugin is installed: everyone may do everything.",
            f"curl {url}{path or HEALTH}",
        )
        return
    password = ADMIN if known_password else "PASSWORD"
    body = f'{{"username":"{ADMIN}","password":"{password}"}}'
    yield "Log in:", f"curl -X POST {url}/api/login -H 'Content-Type: application/json' -d '{body}'"
    if path and apps.is_installed("auth_basic"):
        proof = b64encode(f"{ADMIN}:{ADMIN}".encode()).decode()
        option = f"-H 'Authorization: Basic {proof}'" if known_password else f"-u {ADMIN}"
        yield f"List the {name} with the password:", f"curl {url}{path} {option}"
    if path and apps.is_installed("auth_jwt"):
        yield (
            f"List the {name} with the accessToken that the login answered:",
            f"curl {url}{path} -H 'Authorization: Bearer ACCESS_TOKEN'",
        )
