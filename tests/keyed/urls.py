from django.contrib import admin
from django.urls import include, path

from entity_api import EntityRouter
from tests import urls
from tests.keyed.models import City, Country, Label, Mayor, Metropolis, Paper, Port, Visit, Word

router = EntityRouter()
router.register("countries", Country)
router.register("labels", Label)
router.register("cities", City)
router.register("visits", Visit)
router.register("words", Word)
router.register("papers", Paper)
router.register("mayors", Mayor)
router.register("ports", Port)
router.register("metropolises", Metropolis)

urlpatterns = [
    path("api/", include(router.urls)),
    path("admin/", admin.site.urls),
    *urls.urlpatterns,
]
