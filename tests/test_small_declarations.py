"""An entity that is declared by a model and one line is on all surfaces."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.core.checks import run_checks
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.db import models
from django.test.utils import isolate_apps
from django.urls import get_resolver, include, path
from drf_spectacular.generators import SchemaGenerator

from entity_api import Entity, EntityRouter
from entity_api.description.eligible import UNSERVED
from entity_api.description.registry import VIEWSETS, describe_entity
from entity_api.model_checks import check_models
from entity_api.rest.viewset import make_viewset
from tests.graph import ask_data
from tests.installed import install, served_anew
from tests.policies import ALL, call_as, make_user, write_policy

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("small", "permitted")]


def find(name: str) -> Any:
    return apps.get_model("small", name)


@pytest.fixture(scope="module")
def small(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    with install(django_db_blocker, "tests.small.urls", "tests.small"), served_anew():
        yield


@pytest.fixture
def permitted(policy: Callable[[str], Any]) -> None:
    names = ("Author", "Parcel", "Review", "Tag", "Verdict")
    policy(write_policy(ALL) + "\n".join(f"[{name}]\n{ALL}\n" for name in names))


@pytest.fixture
def client() -> Any:
    return call_as(make_user("ada", "user"))


def test_it_has_the_fields_that_may_be_edited_and_its_links(client: Any) -> None:
    made = client.post("/api/reviews", {"title": "Fine", "stars": 5}, format="json")
    assert made.status_code == 201
    names = ["title", "text", "stars", "isPublic", "author", "similar", "parcels", "tag"]
    shown = [name for name in made.json() if name not in ("id", "createdAt", "updatedAt")]
    assert shown == [name for name in names if name not in ("similar", "parcels")]
    found = client.get("/api/reviews?where[stars][gte]=5&orderBy[title]=asc").json()
    assert found == [made.json()]


def test_graphql_has_its_links(client: Any) -> None:
    author = find("Author").objects.create(name="Eve")
    find("Review").objects.create(title="Fine", author=author)
    document = '{ authors { name reviews(where: {title: {equals: "Fine"}}) { title } } }'
    assert ask_data(client, document)["authors"] == [
        {"name": "Eve", "reviews": [{"title": "Fine"}]}
    ]
    linked = client.get(f"/api/authors/{author.pk}/reviews").json()
    assert [row["title"] for row in linked] == ["Fine"]


def test_a_child_with_a_table_of_its_own_is_served(client: Any) -> None:
    made = client.post("/api/verdicts", {"title": "Guilty", "judge": "Eve"}, format="json").json()
    assert find("Verdict").objects.get(judge="Eve").title == "Guilty"
    address = f"/api/verdicts/{made['id']}"
    changed = client.patch(address, {"judge": "Ada", "stars": 1}, format="json").json()
    assert (changed["judge"], changed["stars"], changed["id"]) == ("Ada", 1, made["id"])
    document = '{ verdicts(where: {title: {contains: "uil"}}) { judge stars } }'
    assert ask_data(client, document)["verdicts"] == [{"judge": "Ada", "stars": 1}]
    assert client.delete(address).status_code == 200
    assert not find("Review").objects.exists()


def test_a_serializer_of_ones_own_replaces_the_default(client: Any) -> None:
    made = client.post("/api/tags", {"name": "new"}, format="json").json()
    assert made.keys() == {"id", "createdAt", "updatedAt", "name"}
    assert find("Tag").objects.get().hidden == "hidden"


def test_its_admin_has_columns_filters_and_a_search(admin_client: Any) -> None:
    found = admin.site.get_model_admin(find("Review"))
    assert found.list_display == ("__str__", "title", "stars", "is_public", "author", "created_at")
    assert found.list_filter[0] == "is_public"
    assert found.search_fields == ("^id", "title", "text")
    assert admin.site.get_model_admin(find("Tag")).list_display == ("name",)
    find("Review").objects.create(title="Fine")
    assert "Fine" in admin_client.get("/admin/small/review/?q=fin").text
    assert admin_client.get("/admin/small/review/add/").status_code == 200


def test_the_checks_pass() -> None:
    assert [fault for fault in run_checks() if fault.is_serious()] == []


def test_the_openapi_document_has_it(client: Any) -> None:
    document = client.get("/api/schema").json()
    assert "/api/authors/{id}/reviews" in document["paths"]
    assert "isPublic" in document["components"]["schemas"]["Review"]["properties"]


def test_routers_after_the_admin_are_refused(settings: Any) -> None:
    settings.ROOT_URLCONF = "tests.urls"
    with pytest.raises(SystemCheckError, match="The admin of Review has no address"):
        call_command("check")


def test_a_second_model_of_one_name_has_an_entity_name(client: Any) -> None:
    review = find("Review").objects.create(title="Fine")
    body = {"weight": 5, "review": {"id": str(review.pk)}}
    assert client.post("/api/parcels", body, format="json").json()["weight"] == 5
    assert client.post("/api/orders", {"quantity": 2}, format="json").json()["quantity"] == 2
    document = "{ reviews { parcels { __typename weight } } orders { __typename quantity } }"
    assert ask_data(client, document) == {
        "reviews": [{"parcels": [{"__typename": "Parcel", "weight": 5}]}],
        "orders": [{"__typename": "Order", "quantity": 2}],
    }
    schemas = client.get("/api/schema").json()["components"]["schemas"]
    assert "weight" in schemas["Parcel"]["properties"]
    assert "quantity" in schemas["Order"]["properties"]


def test_the_permissions_name_it_by_its_entity_name(policy: Any, client: Any) -> None:
    policy(write_policy(ALL) + f'[Parcel]\n{ALL}\nfields.view.weight = ["admin"]\n')
    find("Order").objects.create(weight=5)
    assert "weight" not in client.get("/api/parcels").json()[0]
    policy(write_policy(ALL))
    assert client.get("/api/parcels").status_code == 403


def test_two_entities_of_one_name_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    viewset = VIEWSETS[find("Order")]
    describe_entity.cache_clear()
    monkeypatch.setattr(viewset, "entity_name", "")
    found = [fault for fault in check_models() if fault.id == "entity_api.E013"]
    assert "small.Order" in found[0].msg
    assert "are both served as Order." in found[0].msg
    describe_entity.cache_clear()


with isolate_apps("tests.shop"):

    class Day(models.Model):
        day = models.DateField(primary_key=True)

        class Meta:
            app_label = "shop"

        def __str__(self) -> str:
            return str(self.day)

    class Mirror(models.Model):
        self = models.CharField(max_length=9)

        class Meta:
            app_label = "shop"

        def __str__(this) -> str:  # noqa: N805 (the field has the usual name)
            return str(this.pk)

    class Shadow(models.Model):
        id = models.IntegerField()
        code = models.CharField(max_length=9, primary_key=True)

        class Meta:
            app_label = "shop"

        def __str__(self) -> str:
            return self.code


@pytest.mark.parametrize(
    ("model", "reason"),
    [
        (Day, "has the primary key day, which is no UUID, integer or text"),
        (Shadow, "has a column named id, and its primary key is code"),
        (Entity, "is abstract and has no table"),
        (Mirror, "has a field named self, as the first argument of its methods is"),
    ],
)
def test_a_model_that_cannot_be_served_is_refused(
    model: Any, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    router = EntityRouter()
    monkeypatch.setitem(UNSERVED, model, "")  # so that it is taken out at the end
    router.register("others", model)
    assert router.urls == []
    found = [fault for fault in check_models() if fault.id == "entity_api.E012"]
    assert found[0].msg == f"{model._meta.label} is not served: it {reason}."


@isolate_apps("tests.shop")
def test_two_fields_of_one_name_in_json_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    class Double(models.Model):
        file_size = models.IntegerField()
        fileSize = models.IntegerField()  # noqa: N815

        class Meta:
            app_label = "shop"

        def __str__(self) -> str:
            return str(self.pk)

    viewset: Any = make_viewset(Double)
    monkeypatch.setitem(VIEWSETS, viewset.queryset.model, viewset)
    monkeypatch.setattr(viewset, "plural", "doubles")
    (fault,) = [fault for fault in check_models() if fault.id == "entity_api.E017"]
    assert fault.msg == "Double.file_size and .fileSize are both served as fileSize."


def test_an_address_that_is_taken_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    router, viewset = EntityRouter(), make_viewset(find("Review"))
    monkeypatch.setitem(VIEWSETS, find("Review"), viewset)
    router.register("login", viewset)
    resolver = get_resolver()
    taking = [path("api/", include(router.urls)), *resolver.url_patterns]
    monkeypatch.setitem(vars(resolver), "url_patterns", taking)
    (fault,) = [fault for fault in check_models() if fault.id == "entity_api.E018"]
    assert fault.msg == (
        "small.Review is served at /api/login, which is also the address of LoginView."
    )


def test_a_link_to_rows_that_are_not_served_is_in_no_document(
    client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(VIEWSETS, find("Review"))
    generator: Any = SchemaGenerator
    document = generator().get_schema(request=None, public=True)
    assert "/api/authors/{id}/reviews" not in document["paths"]
    assert "reviews" not in document["components"]["schemas"]["AuthorWhere"]["properties"]
    author = find("Author").objects.create(name="Eve")
    assert client.get(f"/api/authors/{author.pk}/reviews").status_code == 404
