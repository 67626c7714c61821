"""Django's admin, asked for every cell that it has."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from http.cookies import SimpleCookie
from typing import Any
from unittest.mock import patch

from django.contrib.admin.utils import flatten_fieldsets
from django.contrib.auth.models import Group
from django.template.response import SimpleTemplateResponse
from django.urls import reverse

from tests.admin_pages import address_of, read_form
from tests.policy_proof.cells import Cell, Verdict, Verdicts, is_on_new_form
from tests.policy_proof.stored import is_written, read_row
from tests.policy_proof.world import (
    FIELDS,
    MODELS,
    NUMBERS,
    Field,
    World,
    first_value,
    new_value,
    undone,
)
from tests.quick_client import QuickClient

PASSWORD = {
    "password1": "correct horse battery",
    "password2": "correct horse battery",
    "usable_password": "true",
}


class AdminProbe:
    """Asks as one member of the staff who is no superuser."""

    def __init__(self, world: World, user: Any) -> None:
        self.world = world
        self.client = QuickClient()
        self.client.enter_admin(user)

    def run(self) -> Verdicts:
        found: Verdicts = {}
        for entity in self.world.rows:
            found |= self._search(entity)
            found |= self._create(entity)
            for whose, row in self.world.rows[entity].items():
                page = self.client.get(address_of(MODELS[entity], "change", row.pk))
                found |= self._view(entity, whose, row, page)
                found |= dict(self._update(entity, whose, row, page))
                found[Cell(entity, "delete", whose)] = self._delete(entity, row)
        return found

    def _search(self, entity: str) -> Verdicts:
        found: Verdicts = {}
        address = address_of(MODELS[entity], "changelist")
        page = self.client.get(address)
        found[Cell(entity, "open", "")] = page.status_code == 200
        listed = (
            {row.pk: row for row in page.context["cl"].result_list}
            if page.status_code == 200
            else {}
        )
        for whose, row in self.world.rows[entity].items():
            found[Cell(entity, "search", whose)] = row.pk in listed
            for field in FIELDS[entity]:
                if field.kind in ("kept", "scalar", "one"):
                    shown = row.pk in listed and _holds(listed[row.pk], row, field)
                    found[Cell(entity, "search", whose, field.name)] = shown
                    assert shown or not _tells(page, entity, field, whose), (
                        entity,
                        whose,
                        field.name,
                    )
        for field in FIELDS[entity]:
            if field.kind in ("kept", "scalar"):
                # No filter opens a list that shows nothing.
                found[Cell(entity, "filter", "", field.name)] = bool(listed) and self._filters(
                    address, field
                )
        return found

    def _filters(self, address: str, field: Field) -> bool:
        # The page of a filter is the list again, with fewer rows: its text is not in question.
        with patch.object(SimpleTemplateResponse, "rendered_content", ""):
            answer = self.client.get(address, {f"{field.column}__isnull": "False"})
        return bool(answer.status_code == 200)

    def _view(self, entity: str, whose: str, row: Any, page: Any) -> Verdicts:
        opened = page.status_code == 200
        found: Verdicts = {Cell(entity, "view", whose): opened}
        names = flatten_fieldsets(page.context["adminform"].fieldsets) if opened else []
        for field in FIELDS[entity]:
            if field.kind in ("many", "secret"):
                continue
            shown = (
                opened and field.column in names and _holds(page.context["original"], row, field)
            )
            found[Cell(entity, "view", whose, field.name)] = shown
            assert shown or not _tells(page, entity, field, whose), (entity, whose, field.name)
        return found

    def _update(
        self, entity: str, whose: str, row: Any, page: Any
    ) -> Iterator[tuple[Cell, Verdict]]:
        address = address_of(MODELS[entity], "change", row.pk)
        form = page.context["adminform"].form if page.status_code == 200 else None
        sent = read_form(page) if form and form.fields else {}
        plain = [field for field in FIELDS[entity] if field.kind in ("scalar", "roles")]
        values = _without_false(sent | {field.column: self._value(field) for field in plain})
        if (entity, whose) == ("User", "own"):
            # Who deactivates the own account is refused, and so is the rest of the form.
            values["is_active"] = "on"
        verdicts = self._send(entity, row, address, values, plain)
        for field in FIELDS[entity]:
            if field.kind == "one":
                verdicts |= self._send(
                    entity, row, address, sent | {field.column: self._value(field)}, [field]
                )
            elif field.kind == "secret":
                password_page = reverse("admin:auth_user_password_change", args=[row.pk])
                verdicts |= self._send(entity, row, password_page, PASSWORD, [field])
        yield from (
            (Cell(entity, "update", whose, name), verdict) for name, verdict in verdicts.items()
        )

    def _send(
        self, entity: str, row: Any, address: str, values: Any, fields: list[Field]
    ) -> dict[str, bool]:
        """Send a form and say which of the fields were written."""
        with undone(), self._logged_in():
            self.client.submit(address, values)
            changed = read_row(entity, row.pk)
            return {field.name: is_written(changed, field, self.world) for field in fields}

    @contextmanager
    def _logged_in(self) -> Iterator[None]:
        """Go back to the session that there was: a new password begins a new one, which is undone
        with it.
        """
        cookies = SimpleCookie(self.client.cookies.output(header="", sep="; "))
        try:
            yield
        finally:
            self.client.cookies = cookies

    def _create(self, entity: str) -> Verdicts:
        address = address_of(MODELS[entity], "add")
        page = self.client.get(address)
        form = page.context["adminform"].form if page.status_code == 200 else None
        fields = [field for field in FIELDS[entity] if is_on_new_form(entity, field)]
        sent: dict[str, Any] = dict(PASSWORD) if entity == "User" else {}
        sent |= {
            field.column: self._value(field) for field in fields if self._is_offered(form, field)
        }
        known = set(MODELS[entity].objects.values_list("pk", flat=True))
        with undone():
            self.client.submit(address, _without_false(sent))
            made = MODELS[entity].objects.exclude(pk__in=known).first()
            return {
                Cell(entity, "create", "", field.name): bool(made)
                and is_written(made, field, self.world)
                for field in fields
            }

    def _is_offered(self, form: Any, field: Field) -> bool:
        """Whether a browser could send the value: of a link, whether the form has the row to
        choose.
        """
        if field.kind != "one":
            return True
        offered = form.fields.get(field.column) if form else None
        return bool(
            offered and offered.queryset.filter(pk=self.world.spare[field.target].pk).exists()
        )

    def _value(self, field: Field) -> Any:
        if field.kind == "one":
            return str(self.world.spare[field.target].pk)
        if field.kind == "roles":
            return [str(Group.objects.get(name=name).pk) for name in self.world.new_roles]
        return new_value(field, self.world)

    def _delete(self, entity: str, row: Any) -> bool:
        with undone():
            address = address_of(MODELS[entity], "delete", row.pk)
            self.client.submit(address, {"post": "yes"})
            return not MODELS[entity].objects.filter(pk=row.pk).exists()


def _holds(shown: Any, row: Any, field: Field) -> bool:
    """Whether a row of the admin still has the value that the row has in the database."""
    if field.kind == "roles":
        return True
    attribute = f"{field.column}_id" if field.kind == "one" else field.column
    return bool(
        getattr(shown, attribute) is not None
        and getattr(shown, attribute) == getattr(row, attribute)
    )


def _tells(page: Any, entity: str, field: Field, whose: str) -> bool:
    """Whether a page that must not show the field has its value somewhere in its text."""
    greeted = (entity, whose) == ("User", "own")  # by name, on every page
    if greeted or field.kind != "scalar" or field.name == "isActive" or field.name in NUMBERS:
        return False
    return str(first_value(entity, field, whose)) in page.text.lower()


def _without_false(sent: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in sent.items() if value is not False}
