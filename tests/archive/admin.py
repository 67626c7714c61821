from django.contrib import admin

from entity_api import EntityAdmin
from tests.archive.models import Page, Record


class Pages(admin.TabularInline):  # type: ignore[type-arg]
    model = Page
    extra = 1


@admin.register(Record)
class RecordAdmin(EntityAdmin):
    list_display = ("title", "status", "colors", "scan", "doubled")
    list_filter = ("status", "flag", ("scan", admin.EmptyFieldListFilter))
    inlines = (Pages,)
