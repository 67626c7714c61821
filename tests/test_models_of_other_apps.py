"""Models of other installed apps, which know nothing of the service, over two routers."""

from __future__ import annotations

from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group, Permission
from django.urls import include, path

from entity_api import EntityRouter
from entity_api.admin.defaults import DEFAULT_ADMINS
from entity_api.description.registry import VIEWSETS
from tests import urls
from tests.graph import ask_data
from tests.installed import served_anew
from tests.policies import ALL, READ, call_as, make_user, write_policy

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(settings: Any, monkeypatch: pytest.MonkeyPatch, policy: Any) -> Iterator[Any]:
    for model in (Group, Permission):
        monkeypatch.setitem(VIEWSETS, model, None)  # so that it is taken out at the end
    known = list(DEFAULT_ADMINS)
    first, second = EntityRouter(), EntityRouter()
    first.register("groups", Group)
    second.register("permissions", Permission)
    module: Any = ModuleType("other_urls")
    own = [path("api/", include(first.urls)), path("api/more/", include(second.urls))]
    module.urlpatterns = [*own, *urls.urlpatterns]
    settings.ROOT_URLCONF = module
    policy(write_policy(ALL) + f"[Group]\n{ALL}\n[Permission]\n{READ}\n")
    with served_anew():
        yield call_as(make_user("ada", "user"))
    for made in [each for each in DEFAULT_ADMINS if each not in known]:
        admin.site.unregister(made)
    DEFAULT_ADMINS[:] = known


def test_they_are_served_with_their_links(client: Any) -> None:
    group = client.post("/api/groups", {"name": "staff"}, format="json").json()
    key = client.get("/api/more/permissions?take=1").json()[0]["id"]
    address = f"/api/groups/{group['id']}/permissions"
    assert client.post(address, [{"id": key}], format="json").status_code == 201
    assert [row["id"] for row in client.get(address).json()] == [key]
    document = '{ groups(where: {name: {equals: "staff"}}) { id permissions { id } } }'
    assert ask_data(client, document)["groups"] == [
        {"id": group["id"], "permissions": [{"id": key}]}
    ]


def test_openapi_has_them_and_the_policy_holds(client: Any) -> None:
    paths = client.get("/api/schema").json()["paths"]
    assert {"/api/groups/{id}", "/api/more/permissions/{id}"} <= paths.keys()
    key = client.get("/api/more/permissions?take=1").json()[0]["id"]
    assert client.delete(f"/api/more/permissions/{key}").status_code == 403
    assert Permission.objects.filter(pk=key).exists()
