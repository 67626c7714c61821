"""The first screen and GraphiQL show the first list that the project serves, whatever it is."""

from html import unescape
from types import ModuleType
from typing import Any

import pytest
from django.urls import include, path
from rest_framework.test import APIClient

from api_http.graphql.example import write_example
from api_http.graphql.schema import load_schema
from runtime.first_list import find_first_list
from runtime.welcome import describe_service

PLACE = "http://127.0.0.1:8000"


def serve(settings: Any, *patterns: Any) -> None:
    module: Any = ModuleType("some_urls")
    module.urlpatterns = patterns
    settings.ROOT_URLCONF = module


def test_it_is_the_first_in_the_order_of_the_urls() -> None:
    assert find_first_list() == "/api/customers"


def test_it_is_that_of_users_where_there_is_no_other(settings: Any) -> None:
    serve(settings, path("api/", include("accounts.urls")))
    assert find_first_list() == "/api/users"
    assert "List the users with the password:" in describe_service(PLACE, known_password=True)
    assert "users(take: 5) {\n    id\n" in write_example(load_schema())


def test_without_a_list_the_examples_need_none(settings: Any) -> None:
    serve(settings, path("", include("api_http.urls")))
    assert find_first_list() == ""
    assert describe_service(PLACE, known_password=True).count("curl") == 1
    assert write_example(load_schema()) == "{\n  __typename\n}\n"


def test_an_open_service_without_a_list_shows_that_it_is_ready(
    settings: Any, client: Any, db: None
) -> None:
    settings.INSTALLED_APPS = [app for app in settings.INSTALLED_APPS if not app.startswith("auth")]
    serve(settings, path("", include("api_http.urls")))
    _, shown = describe_service(PLACE, known_password=True).split(f"curl {PLACE}")
    assert client.get(shown.strip()).status_code == 204


@pytest.mark.django_db
def test_graphiql_begins_with_a_query_that_works(as_admin: APIClient, settings: Any) -> None:
    settings.GRAPHQL_PLAYGROUND = True
    page = as_admin.get("/graphql", headers={"Accept": "text/html"}).text
    query = write_example(load_schema())
    assert f'data-query="{query}"' in unescape(page)
    assert as_admin.post("/graphql", {"query": query}).json() == {"data": {"customers": []}}
