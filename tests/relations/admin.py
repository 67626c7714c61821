from django.contrib import admin

from entity_api.admin.entity import EntityAdmin
from tests.relations.models import Club, Desk, Meeting, Member, Profile, Staff

admin.site.register([Club, Desk, Meeting, Member, Profile, Staff], EntityAdmin)
