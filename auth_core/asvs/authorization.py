"""V8: the service grants exactly the rights in permissions.toml."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.contrib.auth import get_user_model
from django.urls import reverse

from auth_core.asvs.catalogue import AbsentError, require, requirement
from auth_core.asvs.world import Person, World
from auth_core.caller import Roles
from auth_core.policy.loading import current_policy
from auth_core.policy.policy import ACTIONS
from auth_core.policy.rule import Reach
from auth_core.policy.served import name_entity, served_viewsets

METHODS = {"view": "get", "search": "get", "create": "post", "update": "patch", "delete": "delete"}
ON_THE_LIST = ("search", "create")
CHANGES = ("create", "update", "delete")


def address(entity: str, action: str, key: object = None) -> str:
    name = entity.lower()
    return (
        reverse(f"{name}-list")
        if action in ON_THE_LIST
        else reverse(f"{name}-detail", args=[key or uuid4()])
    )


@requirement("8.2.1")
def functions_are_for_whom_the_policy_names(world: World) -> str:
    served, policy = served_viewsets(), current_policy()
    _require_callers_to_be_known(served)
    callers: list[tuple[str, Roles, Person | None]] = [("anyone", None, None)]
    callers += [("known", frozenset(), world.add_person())]
    callers += [(role, frozenset({role}), world.add_person(role)) for role in policy.roles]
    wrong = []
    for name, roles, person in callers:
        headers = world.log_in(person).header if person else {}
        for entity in served:
            differing = [
                action for action in ACTIONS if not _agrees(world, roles, entity, action, headers)
            ]
            wrong += [f"{name} {action} {entity}" for action in differing]
    require(not wrong, f"the service does not do as the policy says: {', '.join(wrong[:5])}")
    return (
        f"{len(callers) * len(served) * len(ACTIONS)} cells of the policy tried: the service does "
        "as it says"
    )


def _require_callers_to_be_known(served: dict[str, Any]) -> None:
    policy = current_policy()
    changeable = [
        f"{action} {entity}"
        for entity in served
        for action in CHANGES
        if policy.is_public(entity, action)
    ]
    require(not changeable, f"public: {', '.join(changeable)}")


def _agrees(world: World, roles: Roles, entity: str, action: str, headers: dict[str, str]) -> bool:
    reach = current_policy().decide(roles, entity, action).reach
    body: dict[str, str] | None = {} if action in ("create", "update") else None
    status = world.send(METHODS[action], address(entity, action), body, headers=headers).status_code
    if reach is Reach.OWN_ROWS:  # A new empty row has no owner, so it may be refused.
        return status not in (401, 500)
    return (status in (401, 403)) is (reach is Reach.NONE) and status < 500


@requirement("8.2.2")
def data_is_for_whom_it_belongs_to(world: World) -> str:
    model: Any = get_user_model()
    entity = name_entity(model)
    if entity not in served_viewsets():
        raise AbsentError("accounts are not served")
    victim, stranger = world.add_person(), world.add_person()
    headers = world.log_in(stranger).header
    for method, body in (("get", None), ("patch", {}), ("delete", None)):
        status = world.send(
            method, address(entity, "view", victim.user.pk), body, headers=headers
        ).status_code
        require(
            status in (403, 404), f"another user's account: {method.upper()} was answered {status}"
        )
    listed = world.send("get", address(entity, "search"), headers=headers)
    require(
        victim.username not in listed.content.decode(), "the list of accounts shows other people's"
    )
    require(
        model._default_manager.filter(pk=victim.user.pk).exists(),
        "another user's account was deleted",
    )
    return (
        "a caller without a role neither sees nor changes another's account, by id or in the list"
    )


@requirement("8.2.3")
def fields_are_for_whom_the_policy_names(world: World) -> str:
    model: Any = get_user_model()
    entity = name_entity(model)
    if entity not in served_viewsets():
        raise AbsentError("accounts are not served")
    person = world.add_person()
    headers = world.log_in(person).header
    own = address(entity, "view", person.user.pk)
    tried = {
        "roles": [*current_policy().roles][:1],
        "isActive": False,
        "isStaff": True,
        "isSuperuser": True,
    }
    answers = {
        name: world.send("patch", own, {name: value}, headers=headers)
        for name, value in tried.items()
    }
    taken = [name for name, answer in answers.items() if answer.status_code == 200]
    require(not taken, f"a caller may write of their own account: {', '.join(taken)}")
    person.user.refresh_from_db()
    require(
        not (person.user.is_superuser or person.user.groups.exists()),
        "a caller gave themselves a right",
    )
    shown = world.send("get", own, headers=headers).content.decode()
    require("password" not in shown, "the account shows its password's hash")
    return f"{', '.join(tried)} of one's own account cannot be written, and no hash is shown"


@requirement("8.3.2")
def changes_of_rights_count_at_once(world: World) -> str:
    role = next(iter(current_policy().roles), None)
    if role is None:
        raise AbsentError("there are no roles")
    # The last account with the role admin keeps it.
    world.add_person(role)
    person = world.add_person(role)
    headers = world.log_in(person).header
    require(_roles(world, headers) == [role], "a role does not reach the caller's requests")
    person.user.groups.clear()
    require(
        _roles(world, headers) == [], "a role that was taken away still counts in the next request"
    )
    person.user.is_active = False
    person.user.save()
    require(not world.is_let_in(headers), "a caller who was disabled is let in by the next request")
    return "a role that is taken and an account that is disabled count from the next request on"


def _roles(world: World, headers: dict[str, str]) -> Any:
    return world.send("get", reverse("me"), headers=headers).json().get("roles")
