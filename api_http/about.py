"""The description of the API in its OpenAPI document, and the credentials in examples."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings


def describe_api(folder: Path, *, authenticated: bool, debug: bool) -> str:
    """Return Markdown for the head of the OpenAPI document, from a text in the folder."""
    if not authenticated:
        return (folder / "open.md").read_text(encoding="utf-8")
    username, password = _choose_credentials(debug=debug)
    text = (folder / "about.md").read_text(encoding="utf-8")
    return text.replace("USERNAME", username).replace("PASSWORD", password)


def describe_tags(*, authenticated: bool) -> list[dict[str, str]]:
    """Return the tags of the OpenAPI document that are no entity's."""
    text = "Log in and out, and manage your own sessions and password."
    return [{"name": "authentication", "description": text}] if authenticated else []


def find_example_credentials() -> tuple[str, str]:
    """Return the username and the password that an example shows."""
    return _choose_credentials(debug=settings.DEBUG)


def _choose_credentials(*, debug: bool) -> tuple[str, str]:
    # quickstart makes the user admin/admin, in DEBUG alone. Elsewhere no credentials are published.
    return ("admin", "admin") if debug else ("<username>", "<password>")
