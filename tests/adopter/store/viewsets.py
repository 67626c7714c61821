"""The entities on all surfaces."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, assert_type

from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http.response import HttpResponseBase
from django.utils.safestring import SafeString
from graphql import GraphQLField
from rest_framework import serializers
from rest_framework.request import Request

from entity_api import (
    EntityAdmin,
    EntityPermission,
    EntityRouter,
    EntitySerializer,
    EntityViewSet,
    annotated_field,
    computed_field,
    entity_action,
    entity_field,
    link_to_list,
)
from store.models import Brand, Shirt


class BrandSerializer(EntitySerializer):
    shirt_count = annotated_field(Count("shirts"), nullable=False)

    class Meta:
        model = Brand
        fields = ("name", "shirts", "shirt_count", "is_short")

    @computed_field("boolean")
    def is_short(self, brand: Brand) -> bool:
        """Ten characters at most."""
        return len(brand.name) <= 10


class NameSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()


class NamedPermission(EntityPermission):
    def visible_rows(self, request: Request, view: EntityViewSet, action: str) -> Q | None:
        return Q(name__gt="")


class BrandViewSet(EntityViewSet):
    queryset = Brand.objects.all()
    serializer_class = BrandSerializer
    permission_classes = (NamedPermission,)
    search_fields = ("name",)

    @entity_action(policy="rename", input=NameSerializer)
    def rename(self, brand: Brand, data: Mapping[str, Any]) -> None:
        """Give a brand another name."""
        brand.name = data["name"]
        brand.save()

    @entity_action(policy="names", output=NameSerializer(many=True), many=True, throttle="9/min")
    def names(self, brands: QuerySet[Brand], data: Mapping[str, Any]) -> list[dict[str, str]]:
        """List the names of brands."""
        return [{"name": brand.name} for brand in brands]


assert_type(BrandViewSet.rename, Callable[..., HttpResponseBase])

router = EntityRouter()
router.register("brands", BrandViewSet)
router.register("shirts", Shirt)
urlpatterns = router.urls
queries = {"latestBrand": entity_field(Brand, lambda _, info: Brand.objects.last())}
assert_type(queries, dict[str, GraphQLField])


@admin.register(Brand)
class BrandAdmin(EntityAdmin):
    list_display = ("__str__", "shirts")

    @admin.display
    def shirts(self, brand: Brand) -> SafeString:
        return link_to_list(Shirt, "brand", brand, "shirts")
