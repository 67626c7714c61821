"""V6.2.3: every road on which a person could set their own password asks for the current one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.auth import get_user_model
from django.urls import NoReverseMatch, reverse

from auth_core.asvs.catalogue import require, requirement
from auth_core.asvs.passwords import make_text
from auth_core.asvs.world import Person, World
from auth_core.policy.served import name_entity

Road = Callable[[World, Person, str], Any]


def set_over_rest(world: World, person: Person, new: str) -> Any:
    path = reverse(f"{name_entity(get_user_model()).lower()}-detail", args=[person.user.pk])
    return world.send(
        "patch", path, {"password": new}, headers=world.log_in(person).header, by=person
    )


def set_over_graphql(world: World, person: Person, new: str) -> Any:
    entity = name_entity(get_user_model())
    query = (
        f"mutation ($id: String!, $data: {entity}UpdateInput!) "
        f"{{ update{entity}(where: {{id: $id}}, data: $data) {{ id }} }}"
    )
    variables = {"id": str(person.user.pk), "data": {"password": new}}
    body = {"query": query, "variables": variables}
    return world.send(
        "post", reverse("graphql"), body, headers=world.log_in(person).header, by=person
    )


def set_on_own_page(world: World, person: Person, new: str) -> Any:
    form = {"old_password": make_text(20), "new_password1": new, "new_password2": new}
    return _post_in_admin(world, person, reverse("admin:password_change"), form)


def set_as_of_another(world: World, person: Person, new: str) -> Any:
    """Use the page of the admin on which administrators set the passwords of others."""
    users = get_user_model()._meta
    page = reverse(f"admin:{users.app_label}_{users.model_name}_change", args=[person.user.pk])
    form = {"password1": new, "password2": new, "usable_password": "true", "set-password": "1"}
    return _post_in_admin(world, person, page.replace("/change/", "/password/"), form)


def _post_in_admin(world: World, person: Person, path: str, form: dict[str, str]) -> Any:
    browser, _ = world.open_admin(person)
    return browser.post(path, form, secure=True)


ROADS: dict[str, Road] = {
    "REST": set_over_rest,
    "GraphQL": set_over_graphql,
    "the admin's page for one's own password": set_on_own_page,
    "the admin's page for the passwords of others": set_as_of_another,
}


@requirement("6.2.3")
def no_road_passes_the_current_password(world: World) -> str:
    """Try each road as a superuser, whom nothing else keeps from it."""
    tried, open_roads = [], []
    for name, take in ROADS.items():
        person, new = world.add_person(is_staff=True, is_superuser=True), f"New-{make_text(28)}"
        try:
            take(world, person, new)
        except NoReverseMatch:
            continue
        tried.append(name)
        person.user.refresh_from_db()
        if person.user.check_password(new) or not person.user.check_password(person.password):
            open_roads.append(name)
    require(
        not open_roads,
        f"one's own password is set without the current one by {', '.join(open_roads)}",
    )
    return f"one's own password is not set without the current one by {', '.join(tried)}"
