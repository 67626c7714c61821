"""Links that cannot be served are refused or warned of, each with its line and the way out."""

from __future__ import annotations

from typing import Any, ClassVar

import pytest
from django.contrib.contenttypes.fields import GenericForeignKey, GenericRelation
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.test.utils import isolate_apps

from entity_api import Entity, EntitySerializer
from entity_api.description.defaults import make_serializer
from entity_api.link_checks import check_generic_links, check_targets
from entity_api.rest.viewset import make_viewset

with isolate_apps("tests.shop", "django.contrib.contenttypes"):

    class Loose(Entity):
        objects: ClassVar[models.Manager[Any]] = models.Manager()

        class Meta(Entity.Meta):
            abstract = True
            app_label = "shop"

    class Remark(Loose):
        text = models.CharField(max_length=100)
        content_type = models.ForeignKey(ContentType, models.CASCADE, related_name="+")
        object_id = models.UUIDField()
        about = GenericForeignKey("content_type", "object_id")

        class Meta(Loose.Meta):
            abstract = False

    class Page(Loose):
        title = models.CharField(max_length=100)
        remarks = GenericRelation(Remark)
        kind = models.ForeignKey(ContentType, models.SET_NULL, null=True, related_name="+")
        other = models.ForeignKey(ContentType, models.CASCADE, related_name="+")
        many: Any = models.ManyToManyField(ContentType, related_name="+")

        class Meta(Loose.Meta):
            abstract = False


def serve(model: Any, *fields: str) -> Any:
    meta = type("Meta", (), {"model": model, "fields": fields})
    serializer = type(f"{model.__name__}Serializer", (EntitySerializer,), {"Meta": meta})
    return make_viewset(model, serializer)


@pytest.mark.parametrize(
    ("model", "fields", "named"),
    [
        (Remark, ("text", "about"), "RemarkSerializer has about."),
        (Remark, ("content_type", "object_id"), "RemarkSerializer has content_type, object_id."),
        (Remark, ("object_id",), "RemarkSerializer has object_id."),
        (Page, ("title", "remarks"), "PageSerializer has remarks."),
    ],
)
def test_a_generic_link_is_refused_with_the_way_out(
    model: Any, fields: tuple[str, ...], named: str
) -> None:
    (fault,) = check_generic_links(serve(model, *fields))
    assert (fault.id, fault.is_serious()) == ("entity_api.E015", True)
    assert fault.msg.startswith("tests/test_link_checks.py, line ")
    assert "is a generic link, which no surface can serve" in fault.msg
    assert named in fault.msg
    assert "a nullable foreign key for each model" in str(fault.hint)


def test_a_model_with_a_generic_link_is_served_without_it() -> None:
    assert [*check_generic_links(serve(Remark, "text"))] == []
    assert [*check_generic_links(serve(Page, "title"))] == []


def test_a_default_serializer_does_not_pass_over_a_generic_link() -> None:
    viewset = make_viewset(Remark, make_serializer(Remark, "Remark"))
    (fault,) = check_generic_links(viewset)
    assert "RemarkSerializer has content_type, object_id." in fault.msg
    assert [*check_targets(viewset)] == []


@pytest.mark.parametrize(
    ("name", "effect"),
    [
        ("kind", "It reads as null and cannot be written."),
        ("other", "It is required and cannot be written, so no row can be created."),
        ("many", "It has no rows and cannot be changed."),
    ],
)
def test_a_link_to_what_is_no_entity_is_warned_of(name: str, effect: str) -> None:
    (fault,) = check_targets(serve(Page, "title", name))
    assert (fault.id, fault.is_serious()) == ("entity_api.W003", False)
    assert fault.msg.startswith("tests/test_link_checks.py, line ")
    assert f"Page.{name} leads to ContentType, which no router serves. {effect}" in fault.msg
    assert f"leave {name} out of PageSerializer.Meta.fields" in str(fault.hint)
