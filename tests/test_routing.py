"""A path finds its view among the routes of its own entity, as Django would among all."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.http import HttpResponse
from django.urls import Resolver404, get_resolver, re_path
from django.urls.resolvers import RegexPattern, URLResolver

from entity_api.rest.router import EntityRoutes

ID = "018f0000-0000-7000-8000-000000000000"


def find_routes(patterns: list[Any]) -> Iterator[EntityRoutes]:
    for pattern in patterns:
        if isinstance(pattern, EntityRoutes):
            yield pattern
        elif hasattr(pattern, "url_patterns"):
            yield from find_routes(pattern.url_patterns)


@pytest.fixture(scope="module")
def routes() -> EntityRoutes:
    """The routes of the shop; a project may have several routers."""
    found = find_routes(get_resolver().url_patterns)
    return max(found, key=lambda each: len(each.url_patterns))


def describe(resolver: URLResolver, path: str) -> object:
    try:
        match = resolver.resolve(path)
    except Resolver404:
        return None
    return match.route, match.func, match.kwargs, match.url_name


def list_paths(routes: EntityRoutes) -> list[str]:
    texts = [str(route.pattern) for route in routes.url_patterns]
    paths = [text.strip("^$").replace("(?P<id>[^/]+)", ID) for text in texts]
    assert len(paths) > 10
    return [each for path in paths for each in (path, f"{path}/more", path[:-1])]


def test_every_path_leads_where_django_leads(routes: EntityRoutes) -> None:
    of_django = URLResolver(RegexPattern(""), routes.url_patterns)
    paths = [*list_paths(routes), "", "customer", "nothing/x"]
    assert [describe(routes, path) for path in paths] == [
        describe(of_django, path) for path in paths
    ]
    assert sum(describe(routes, path) is not None for path in paths) >= len(routes.url_patterns)


def test_a_route_that_may_begin_with_anything_keeps_its_place() -> None:
    def view(*_: Any) -> HttpResponse:
        return HttpResponse()

    names = ("^a/(?P<id>x)$", "^(?P<id>[ab])/y$", "^a/(?P<id>[^/]+)$", "^b/(?P<id>[^/]+)$")
    made = EntityRoutes([re_path(name, view) for name in names])
    found = {path: made.resolve(path).route for path in ("a/x", "a/y", "a/z", "b/y", "b/z")}
    assert [names.index(route) for route in found.values()] == [0, 1, 2, 1, 3]
    with pytest.raises(Resolver404):
        made.resolve("c/z")


def test_it_is_compared_with_the_routes_of_its_own_prefix(
    routes: EntityRoutes, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    resolve = RegexPattern.match

    def note(pattern: RegexPattern, path: str) -> Any:
        asked.append(str(pattern))
        return resolve(pattern, path)

    monkeypatch.setattr(RegexPattern, "match", note)
    assert routes.resolve(f"orders/{ID}")
    assert asked
    assert {text.partition("/")[0].strip("^$") for text in asked} == {"orders"}
