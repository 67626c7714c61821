from django.contrib import admin
from django.urls import include, path

from entity_api import EntityRouter
from tests import urls
from tests.crew import models

SERVED = {
    "countries": models.Country,
    "people": models.Person,
    "passports": models.Passport,
    "visas": models.Visa,
    "tags": models.Tag,
    "trips": models.Trip,
    "berths": models.Berth,
    "notes": models.Note,
    "teams": models.Team,
    "plans": models.Plan,
    "badges": models.Badge,
    "lockers": models.Locker,
    "stamps": models.Stamp,
}
router = EntityRouter()
for plural, model in SERVED.items():
    router.register(plural, model)

urlpatterns = [
    path("api/", include(router.urls)),
    path("admin/", admin.site.urls),
    *urls.urlpatterns,
]
