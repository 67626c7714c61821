"""`manage.py entities`: each entity with its routes, fields, rules and overridden hooks."""

from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from rest_framework.permissions import AllowAny, BasePermission

from entity_api.description.registry import VIEWSETS
from tests.shop.models import Customer
from tests.shop.viewsets import CustomerViewSet

Write = Callable[[str], Path]


def show(*names: str) -> str:
    screen = StringIO()
    call_command("entities", *names, stdout=screen)
    return screen.getvalue()


def read_part(shown: str, title: str) -> list[list[str]]:
    """Return the cells of the lines below a title."""
    below = shown.partition(f"  {title}\n")[2].splitlines()
    lines = []
    for line in below:
        if not line.startswith("    "):
            break
        lines.append([cell.strip() for cell in line.split("  ") if cell.strip()])
    return lines


def test_it_shows_every_served_entity() -> None:
    names = [line.split()[0] for line in show().splitlines() if line[:1].strip()]
    assert names == ["Address", "Customer", "Order", "Product", "User"]


def test_it_shows_the_chosen_entities_alone() -> None:
    assert "Customer (tests.shop.viewsets.CustomerViewSet)\n" in show("Customer")
    assert "Product (" not in show("Customer")


def test_an_unknown_entity_is_refused_with_the_known_names() -> None:
    with pytest.raises(CommandError, match=r"'Customers'.*Address, Customer, Order, Product, User"):
        show("Customers")


def test_it_shows_routes_with_their_methods() -> None:
    assert read_part(show("Customer"), "routes") == [
        ["POST, PATCH, DELETE", "/api/customers/bulk"],
        ["GET, POST", "/api/customers"],
        ["GET, PATCH, DELETE", "/api/customers/:id"],
        ["GET, POST, PATCH, DELETE", "/api/customers/:id/orders"],
    ]


def test_it_shows_fields_with_their_kinds() -> None:
    assert read_part(show("Order"), "fields") == [
        ["id", "id", "read-only"],
        ["createdAt", "datetime", "read-only"],
        ["updatedAt", "datetime", "read-only"],
        ["quantity", "integer", "nullable"],
        ["discount", "float", "nullable"],
        ["totalPrice", "integer", "nullable"],
        ["customer", "Customer", "back as orders"],
        ["product", "Product", "back as orders"],
    ]


def test_it_shows_lists_and_fields_that_are_never_answered() -> None:
    fields = read_part(show("User"), "fields")
    assert ["roles", "text[]"] in fields
    assert ["password", "text", "required, write-only"] in fields


def test_it_shows_the_rules_with_their_lines(policy: Write) -> None:
    file = policy('roles = ["admin"]\n[Customer]\nview = "all"\nfields.view.email = ["admin"]')
    rules = [cells[1:] for cells in read_part(show("Customer"), "rules")]
    assert rules[0] == ["view", f'"all" ({file.name}, line 3)']
    assert rules[1] == ["view of email", f'["admin"] ({file.name}, line 4)']
    assert rules[-1] == ["delete", "closed, not named"]


def test_it_shows_a_policy_that_cannot_be_used(policy: Write) -> None:
    file = policy("[Customer]\nview = 7")
    (rule,) = read_part(show("Customer"), "rules")
    assert rule[2].startswith(f"{file.name} cannot be used: ")


def test_it_names_a_permission_class_without_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    viewset = type("Own", (CustomerViewSet,), {"permission_classes": (AllowAny,)})
    monkeypatch.setitem(VIEWSETS, Customer, viewset)  # type: ignore[misc]
    assert read_part(show("Customer"), "rules") == [["AllowAny"]]


class TenantViewSet(CustomerViewSet):
    def get_queryset(self) -> Any:
        return super().get_queryset().exclude(phone="hidden")


def test_it_shows_how_an_entity_is_read_and_written() -> None:
    shown = show("Customer")
    assert read_part(shown, "read") == [
        ["a list", "as columns, kept for callers with the same access key"],
        ["a row", "as columns, kept for callers with the same access key"],
    ]
    ((actions, how),) = read_part(shown, "written")
    assert (actions, how[:17]) == ("create, update", "by one statement;")


def test_it_names_the_field_that_needs_instances() -> None:
    shown = show("User")
    assert ["a list", "as instances: UserSerializer.username"] in read_part(shown, "read")
    assert read_part(shown, "written") == [
        ["create, update", "in a transaction: UserSerializer.validate"]
    ]


def test_it_names_the_hook_that_needs_instances(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(VIEWSETS, Customer, TenantViewSet)  # type: ignore[misc]
    shown = show("Customer")
    reason = "TenantViewSet.get_queryset"
    assert ["a row", f"as instances: {reason}"] in read_part(shown, "read")
    assert read_part(shown, "written") == [["create, update", f"in a transaction: {reason}"]]


class OwnRows(BasePermission):
    def has_object_permission(self, request: Any, view: Any, obj: Any) -> bool:
        return False


def test_it_names_what_looks_at_single_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    viewset = type("Own", (CustomerViewSet,), {"permission_classes": (OwnRows,)})
    monkeypatch.setitem(VIEWSETS, Customer, viewset)  # type: ignore[misc]
    assert read_part(show("Customer"), "read") == [
        ["a list", "as columns, not kept: OwnRows has no access_key"],
        ["a row", "as instances: has_object_permission"],
    ]


def test_it_shows_overridden_hooks_with_their_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(VIEWSETS, Customer, TenantViewSet)  # type: ignore[misc]
    lines = Path(__file__).read_text(encoding="utf-8").splitlines()
    line = lines.index("    def get_queryset(self) -> Any:") + 1
    place = f"tests/test_entities_command.py:{line}"
    assert read_part(show("Customer"), "overrides") == [["TenantViewSet.get_queryset", place]]
