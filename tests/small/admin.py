from django.contrib import admin

from entity_api import EntityAdmin
from tests.small.models import Tag


@admin.register(Tag)
class TagAdmin(EntityAdmin):
    list_display = ("name",)
