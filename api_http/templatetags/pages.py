"""The bar at the top of Swagger UI and GraphiQL."""

from typing import Any

from django import template
from django.conf import settings

from api_http.about import find_example_credentials
from api_http.pages import list_login_inputs, list_pages, list_templates

register = template.Library()


@register.inclusion_tag("pages/bar.html")
def page_bar(current: str) -> dict[str, Any]:
    """Show links to the other pages and a form to log in; `current` is this page's name."""
    return {"current": current, "pages": list_pages()}


@register.inclusion_tag("pages/login.html")
def login_form() -> dict[str, Any]:
    """Show the form of a login, filled in with the credentials that quickstart makes in DEBUG."""
    username, password = find_example_credentials() if settings.DEBUG else ("", "")
    filled = {"username": username, "password": password}
    inputs = [each | {"value": filled.get(each["name"], "")} for each in list_login_inputs()]
    return {"inputs": inputs, "extras": list_templates("login_template")}
