"""The roles that the settings name are there after every migration."""

from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.db.migrations.state import StateApps

from auth_core.caller import list_roles
from runtime.roles import create_roles


def list_groups() -> list[str]:
    return list(Group.objects.order_by("name").values_list("name", flat=True))


@pytest.mark.django_db
def test_migrating_has_made_a_group_of_every_role() -> None:
    assert list_groups() == ["admin", "user"]


@pytest.mark.django_db
def test_migrating_again_adds_what_is_new_and_keeps_the_rest(settings: Any) -> None:
    kept = Group.objects.get(name="admin").pk
    Group.objects.create(name="guest")
    settings.ROLES = ["admin", "auditor"]
    for _ in range(2):
        call_command("migrate", verbosity=0)
    assert list_groups() == ["admin", "auditor", "guest", "user"]
    assert Group.objects.get(name="admin").pk == kept


@pytest.mark.django_db
def test_a_migration_that_took_the_groups_away_makes_none() -> None:
    Group.objects.all().delete()
    create_roles("default", StateApps([], {}))
    assert list_groups() == []
    create_roles("default", apps)
    assert list_groups() == ["admin", "user"]


def test_a_user_model_without_roles_has_the_names_of_its_groups(admin: Any) -> None:
    admin.groups.add(Group.objects.create(name="Zoo"))
    plain = type("Plain", (), {"groups": admin.groups})()
    assert list_roles(plain) == ["Zoo", "admin"]
