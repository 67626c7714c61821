from django.contrib import admin
from django.urls import include, path

from entity_api import EntityRouter
from tests import urls
from tests.archive.models import Page, Record

router = EntityRouter()
router.register("records", Record)
router.register("pages", Page)

urlpatterns = [
    path("api/", include(router.urls)),
    path("admin/", admin.site.urls),
    *urls.urlpatterns,
]
