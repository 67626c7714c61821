"""What permissions.toml says, worked out anew from the text of the file, without any code of the
service.
"""

from __future__ import annotations

import tomllib
from typing import Any

from tests.policy_proof.world import FIELDS, Field, Roles

SCALE = ("none", "own", "all")
REQUIRED = {"User": ("username", "password")}
# Whose rows hang on a row by its link to many, besides the spare one, which hangs on none of these.
LINKED: dict[tuple[str, str], dict[str, tuple[str, ...]]] = {
    ("Address", "customers"): {"foreign": ("own", "foreign")},
    ("Customer", "orders"): {"own": ("own",), "foreign": ("foreign",)},
    ("Product", "orders"): {"foreign": ("own", "foreign")},
}
# What the form of a new user in the admin asks for.
NEW_USER_FORM = ("username", "password", "roles")


def decides(rule: Any, roles: Roles) -> str:
    """Say which rows a rule opens to a caller."""
    if rule == "public":
        return "all"
    if rule is None or roles is None:
        return "none"
    if rule == "all" or (isinstance(rule, list) and roles & (set(rule) - {"own"})):
        return "all"
    return "own" if rule == "own" or "own" in rule else "none"


def _is_own_password(whose: str, field: Field) -> bool:
    """Whether it has a road of its own, on which the current one is asked for."""
    return field.kind == "secret" and whose == "own"


class Oracle:
    """The verdicts for one policy.

    `refused` is what a caller is told who is denied: 401 to nobody, 403 else.
    """

    def __init__(self, text: str) -> None:
        self.sections: dict[str, Any] = tomllib.loads(text)

    def rows(self, roles: Roles, entity: str, action: str) -> str:
        section = self.sections.get(entity, {})
        found = decides(section.get(action), roles)
        return (
            min(found, decides(section.get("view"), roles), key=SCALE.index)
            if action == "search"
            else found
        )

    def reaches(self, roles: Roles, entity: str, action: str, whose: str) -> bool:
        # The caller's account is one of staff, which anybody else leaves as it is.
        if roles is None and (entity, whose) == ("User", "own") and action in ("update", "delete"):
            return False
        return self.rows(roles, entity, action) in (("all", "own") if whose == "own" else ("all",))

    def opens(self, roles: Roles, entity: str, action: str, name: str) -> bool:
        """Whether no rule about the field stands in the way."""
        if name == "id" and action in ("view", "search"):
            return True
        narrowed = self.sections.get(entity, {}).get("fields", {})
        actions = ("view", "search") if action == "search" else (action,)
        rules = [narrowed.get(each, {}).get(name) for each in actions]
        return all(rule is None or decides(rule, roles) == "all" for rule in rules)

    def row_status(self, roles: Roles, entity: str, action: str, whose: str) -> int:
        if self.rows(roles, entity, action) == "none":
            return self.refused(roles)
        return 200 if self.reaches(roles, entity, action, whose) else 404

    @staticmethod
    def refused(roles: Roles) -> int:
        return 401 if roles is None else 403

    # Reading

    def shows(self, roles: Roles, entity: str, action: str, whose: str, field: Field) -> bool:
        """Whether a field of a row is shown, by itself (`view`) or in a list (`search`)."""
        if not (
            self.reaches(roles, entity, action, whose)
            and self.opens(roles, entity, action, field.name)
        ):
            return False
        if field.kind == "one":
            return self.reaches(
                roles, field.target, "view", whose if field.target == "Customer" else "foreign"
            )
        return field.kind != "many" or self.rows(roles, field.target, "search") != "none"

    def counts(self, roles: Roles, entity: str, whose: str, field: Field) -> int:
        """Say how many rows a link to many shows."""
        if not self.shows(roles, entity, "view", whose, field):
            return 0
        linked = LINKED[entity, field.name][whose]
        return sum(self.reaches(roles, field.target, "search", each) for each in linked)

    def shows_through(self, roles: Roles, entity: str, whose: str, link: Field, name: str) -> bool:
        """Whether a field of the row at the other end of a link to one is shown with the row."""
        return self.shows(roles, entity, "view", whose, link) and self.opens(
            roles, link.target, "view", name
        )

    def filters(self, roles: Roles, entity: str, field: Field) -> bool:
        """Whether a list may be narrowed or sorted by the field."""
        if self.rows(roles, entity, "search") == "none" or not self.opens(
            roles, entity, "search", field.name
        ):
            return False
        return (
            field.kind not in ("one", "many") or self.rows(roles, field.target, "search") != "none"
        )

    # Writing

    def update_status(self, roles: Roles, entity: str, whose: str, field: Field) -> int:
        if self.rows(roles, entity, "update") == "none" or not self.opens(
            roles, entity, "update", field.name
        ):
            return self.refused(roles)
        if not self.reaches(roles, entity, "update", whose):
            return 404
        if roles is not None and _is_own_password(whose, field):
            return 403
        return self.link_status(roles, whose, field)

    def create_status(self, roles: Roles, entity: str, names: set[str]) -> int:
        """Say how a creation with the fields of these names ends."""
        fields = [field for field in FIELDS[entity] if field.name in names]
        rows = self.rows(roles, entity, "create")
        if rows == "none" or not all(
            self.opens(roles, entity, "create", field.name) for field in fields
        ):
            return self.refused(roles)
        statuses = {self.link_status(roles, "own", field) for field in fields} - {200}
        if statuses:
            return 400 if 400 in statuses else statuses.pop()
        belongs = entity == "Customer" or (entity == "Order" and "customer" in names)
        return 200 if rows == "all" or belongs else self.refused(roles)

    def link_status(self, roles: Roles, whose: str, field: Field) -> int:
        """Say how setting the field to the spare row ends, on a row that may be written."""
        if field.kind not in ("one", "many"):
            return 200
        spare = "own" if field.target in ("Customer", "Order") else "foreign"
        seen = self.reaches(roles, field.target, "view", spare)
        if field.kind == "one":
            return 200 if seen else 400
        view, update = (self.rows(roles, field.target, action) for action in ("view", "update"))
        if "none" in (view, update) or not self.opens(roles, field.target, "update", field.back):
            return self.refused(roles)
        # The spare order belongs to whom its customer belongs to; connecting it with another one
        # gives it away.
        given_away = (field.target, field.back) == ("Order", "customer") and whose != "own"
        return self.refused(roles) if update == "own" and given_away else 200

    # The admin shows what may be viewed, and changes what it shows

    def admin_updates(self, roles: Roles, entity: str, whose: str, field: Field) -> bool:
        seen = self.shows(roles, entity, "view", whose, field) or field.kind == "secret"
        rows = all(self.reaches(roles, entity, action, whose) for action in ("view", "update"))
        opens = self.opens(roles, entity, "update", field.name)
        if _is_own_password(whose, field) or (whose == "own" and field.name == "isActive"):
            return False
        return seen and rows and opens and self.link_status(roles, whose, field) == 200

    def admin_creates(self, roles: Roles, entity: str, field: Field) -> bool:
        """Whether a new row made in the admin, with all that its form offers, holds the field."""
        rows = self.rows(roles, entity, "create")
        needed = REQUIRED.get(entity, ())
        if rows == "none" or not all(self.opens(roles, entity, "create", name) for name in needed):
            return False
        # Django lets nobody add users who may not change them.
        if entity == "User" and (rows == "own" or self.rows(roles, "User", "update") == "none"):
            return False
        if entity == "Order" and rows == "own" and not self._may_link(roles, entity, "customer"):
            return False
        return self._may_link(roles, entity, field.name)

    def _may_link(self, roles: Roles, entity: str, name: str) -> bool:
        field = next(field for field in FIELDS[entity] if field.name == name)
        return (
            self.opens(roles, entity, "create", name)
            and self.link_status(roles, "own", field) == 200
        )

    def admin_deletes(self, roles: Roles, entity: str, whose: str) -> bool:
        return all(self.reaches(roles, entity, action, whose) for action in ("view", "delete"))
