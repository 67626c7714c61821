"""The page at `/`: what runs here, and a form to try it.

It is made of what the service publishes anyway: the OpenAPI document and the GraphQL schema. With
API_DOCS off it names neither a list nor a way to authenticate.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import django
import orjson
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from api_http.document import read_document
from api_http.graphql.example import write_list
from api_http.graphql.schema import load_schema
from api_http.pages import list_login_inputs, list_pages
from runtime.first_list import find_lists


def show_landing(request: HttpRequest) -> HttpResponse:
    """Answer the page. Everybody gets the same page, and it needs no query of the database."""
    document = orjson.loads(read_document("json").body) if settings.API_DOCS else {}
    seen = {
        "title": settings.SPECTACULAR_SETTINGS["TITLE"],
        "debug": settings.DEBUG,
        "version": django.get_version() if settings.DEBUG else "",
        "links": list(_list_links()),
        "facts": describe_service(document),
        "has_login": bool(list_login_inputs()),
    }
    response = render(request, "landing.html", seen)
    response.headers["Cache-Control"] = "no-cache"
    return response


def describe_service(document: dict[str, Any]) -> dict[str, Any]:
    """Return what the page and its script need of an OpenAPI document, which may be empty.

    `schemes`: each way to authenticate with its header. `lists`: each list with its path and its
    GraphQL query.
    """
    components = document.get("components", {})
    schemes = components.get("securitySchemes", {})
    return {
        "schemes": [describe_scheme(name, scheme) for name, scheme in schemes.items()],
        "lists": list(_describe_lists(document)),
    }


def describe_scheme(name: str, scheme: dict[str, Any]) -> dict[str, str]:
    """Return the name of an OpenAPI security scheme, the header it is sent in, and the first word
    of the header's value. The header is empty where the page cannot send it, as for cookies.
    """
    if scheme.get("type") == "http":
        # The names of schemes are written like this in the registry of IANA.
        return {"name": name, "header": "Authorization", "scheme": scheme["scheme"].title()}
    if scheme.get("type") == "apiKey" and scheme.get("in") == "header":
        return {"name": name, "header": scheme["name"], "scheme": ""}
    if scheme.get("type") in ("oauth2", "openIdConnect"):
        return {"name": name, "header": "Authorization", "scheme": "Bearer"}
    return {"name": name, "header": "", "scheme": ""}


def _describe_lists(document: dict[str, Any]) -> Iterator[dict[str, str]]:
    paths = document.get("paths", {})
    for path in find_lists():
        operation = paths.get(path, {}).get("get")
        if operation is None:
            continue
        tag = next(iter(operation.get("tags", ())), "")
        yield {
            "name": path.rpartition("/")[2],
            "path": path,
            "swagger": f"/api#/{quote(tag)}/{quote(operation['operationId'])}",
            "query": write_list(load_schema(), path),
        }


def _list_links() -> Iterator[dict[str, str]]:
    yield from (page for page in list_pages() if page["name"] != "Start")
    if settings.API_DOCS:
        yield {"name": "OpenAPI", "path": reverse("schema"), "about": "the document, as JSON"}
    yield {"name": "Health", "path": reverse("ready"), "about": "204 if the service is ready"}
