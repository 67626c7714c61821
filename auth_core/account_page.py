"""The page of the caller's account at /account/: a form to log in, and the parts of the plugins.

The page is the same for everybody and needs no query. Its scripts call the API with the login of
the tab, so there is no other cookie and no other way to authenticate.
"""

from __future__ import annotations

from typing import Any, TypeVar

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.http import require_safe
from django.views.i18n import JavaScriptCatalog

from api_http.pages import LABELS, list_templates
from auth_core.mail.messages import find_language
from auth_core.second_steps import list_login_fields
from auth_core.serializers import CredentialsSerializer

HEADERS = {
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "X-Robots-Tag": "noindex",
}

Response = TypeVar("Response", bound=HttpResponseBase)
_catalog = JavaScriptCatalog.as_view()


@require_safe
def show_account(request: HttpRequest) -> HttpResponse:
    """Answer the page. An app adds a part by `account_template` in its AppConfig."""
    language = find_language(request)
    context = {
        "language": language,
        "inputs": describe_inputs(CredentialsSerializer().fields),
        "steps": describe_inputs(list_login_fields()),
        "extras": list_templates("login_template"),
        "parts": list_templates("account_template"),
    }
    with translation.override(language):
        return protect(render(request, "auth_core/account.html", context))


@require_safe
def show_texts(request: HttpRequest) -> HttpResponseBase:
    """Answer a script with the texts of the page's scripts, in the language of the page."""
    with translation.override(find_language(request)):
        return protect(_catalog(request))


def protect(response: Response) -> Response:
    """Return the answer of a page whose address or form holds a secret, with headers that keep it
    from other sites, caches and search engines.
    """
    for name, value in HEADERS.items():
        response.headers[name] = value
    return response


def describe_inputs(fields: Any) -> list[dict[str, Any]]:
    """Return the name, the label and the need of each field that a person types in.

    Clients alone send the fields of remembered devices.
    """
    return [
        {"name": name, "label": LABELS.get(name, name), "required": field.required}
        for name, field in fields.items()
        if field.style.get("at") != "login"
    ]
