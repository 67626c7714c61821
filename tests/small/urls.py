from django.contrib import admin
from django.urls import include, path

from entity_api import EntityRouter, EntitySerializer
from tests import urls
from tests.small.models import Author, Order, Review, Tag, Verdict


class TagSerializer(EntitySerializer):
    class Meta:
        model = Tag
        fields = ("name",)


router = EntityRouter()
router.register("reviews", Review)
router.register("authors", Author)
router.register("verdicts", Verdict)
router.register("parcels", Order, entity_name="Parcel")
router.register("tags", Tag, serializer=TagSerializer)

urlpatterns = [
    path("api/", include(router.urls)),
    path("admin/", admin.site.urls),
    *urls.urlpatterns,
]
