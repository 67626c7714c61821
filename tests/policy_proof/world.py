"""One state of the database: rows that belong to the caller and rows that do not, linked with each
other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.db import transaction

from accounts.models import User
from tests.quick_client import QuickClient
from tests.shop.models import Address, Customer, Order, Product

Roles = frozenset[str] | None
Kind = Literal["kept", "scalar", "secret", "roles", "one", "many"]
MODELS: dict[str, Any] = {
    "User": User,
    "Address": Address,
    "Customer": Customer,
    "Order": Order,
    "Product": Product,
}
PLURALS = {
    "User": "users",
    "Address": "addresses",
    "Customer": "customers",
    "Order": "orders",
    "Product": "products",
}


@dataclass(frozen=True)
class Field:
    """A field on the wire; `target` is the other entity of a link, `back` the link's name there."""

    name: str
    column: str
    kind: Kind
    nullable: bool = True
    target: str = ""
    back: str = ""


KEPT = (
    Field("id", "id", "kept", nullable=False),
    Field("createdAt", "created_at", "kept", nullable=False),
    Field("updatedAt", "updated_at", "kept", nullable=False),
)
FIELDS: dict[str, tuple[Field, ...]] = {
    "User": (
        *KEPT,
        Field("username", "username", "scalar", nullable=False),
        Field("password", "password", "secret", nullable=False),
        Field("email", "email", "scalar"),
        Field("firstName", "first_name", "scalar"),
        Field("lastName", "last_name", "scalar"),
        Field("roles", "groups", "roles", nullable=False),
        Field("isActive", "is_active", "scalar", nullable=False),
    ),
    "Address": (
        *KEPT,
        *(
            Field(name, name, "scalar")
            for name in ("address_1", "address_2", "city", "state", "zip")
        ),
        Field("customers", "customers", "many", target="Customer", back="address"),
    ),
    "Customer": (
        *KEPT,
        Field("email", "email", "scalar"),
        Field("firstName", "first_name", "scalar"),
        Field("lastName", "last_name", "scalar"),
        Field("phone", "phone", "scalar"),
        Field("address", "address", "one", target="Address"),
        Field("orders", "orders", "many", target="Order", back="customer"),
    ),
    "Order": (
        *KEPT,
        Field("quantity", "quantity", "scalar"),
        Field("discount", "discount", "scalar"),
        Field("totalPrice", "total_price", "scalar"),
        Field("customer", "customer", "one", target="Customer"),
        Field("product", "product", "one", target="Product"),
    ),
    "Product": (
        *KEPT,
        Field("name", "name", "scalar"),
        Field("description", "description", "scalar"),
        Field("itemPrice", "item_price", "scalar"),
        Field("orders", "orders", "many", target="Order", back="product"),
    ),
}
NUMBERS = {"zip": 4711, "quantity": 815, "totalPrice": 1234, "discount": 0.5, "itemPrice": 7.25}


@dataclass(frozen=True)
class Caller:
    """Somebody with these roles; None is nobody."""

    name: str
    roles: Roles


CALLERS = (
    Caller("anonymous", None),
    Caller("without roles", frozenset()),
    Caller("user", frozenset({"user"})),
    Caller("admin", frozenset({"admin"})),
    Caller("admin and user", frozenset({"admin", "user"})),
    Caller("of an unknown role", frozenset({"boss"})),
)


@dataclass
class World:
    """`rows` by entity and whose they are; `spare` is the row that links are set to, the caller's
    where it can be.
    """

    me: Any
    # The roles that users are given by writing: others than any user of this world has.
    new_roles: list[str]
    rows: dict[str, dict[str, Any]]
    spare: dict[str, Any]
    groups: dict[str, Group]
    # One for all callers: each client of its own would load the middleware anew.
    client: QuickClient = field(default_factory=QuickClient)

    def give_roles(self, user: Any, roles: Iterable[str]) -> None:
        """Do what `user.groups.set()` does, without the records of the audit."""
        given = user.groups.through.objects
        wanted = {self.groups[role].pk for role in roles}
        if set(given.filter(user=user).values_list("group", flat=True)) != wanted:
            given.filter(user=user).delete()
            given.bulk_create(given.model(user=user, group_id=key) for key in wanted)

    def become(self, caller: Caller) -> Any:
        """Give the one user that calls in this world the roles of the caller; None for nobody."""
        if caller.roles is None:
            return None
        self.give_roles(self.me, caller.roles)
        self.new_roles = ["user"] if caller.roles == {"admin"} else ["admin"]
        return get_user_model().objects.get(pk=self.me.pk)


def build_world() -> World:
    groups = {name: Group.objects.get_or_create(name=name)[0] for name in ("admin", "boss", "user")}
    # The last account with the role admin could not lose it.
    _make_user("another", is_superuser=True).groups.set([groups["admin"], groups["boss"]])
    users = {"own": _make_user("own", is_staff=True), "foreign": _make_user("foreign")}
    for user in users.values():
        user.groups.set([groups["boss"]])
    address, product = _make("Address", "foreign"), _make("Product", "foreign")
    customers = {
        whose: _make("Customer", whose, owner=users[whose], address=address) for whose in users
    }
    orders = {
        whose: _make("Order", whose, customer=customers[whose], product=product) for whose in users
    }
    spare_customer = _make("Customer", "spare", owner=users["own"])
    spare = {
        "Address": _make("Address", "spare"),
        "Product": _make("Product", "spare"),
        "Customer": spare_customer,
        "Order": _make("Order", "spare", customer=spare_customer),
    }
    single = {"Address": {"foreign": address}, "Product": {"foreign": product}}
    return World(
        users["own"],
        ["admin"],
        {"User": users, "Customer": customers, "Order": orders, **single},
        spare,
        groups,
    )


def _make_user(whose: str, **flags: Any) -> Any:
    user = _make("User", whose, **flags)
    user.set_unusable_password()
    user.save()
    return user


def _make(entity: str, whose: str, **links: Any) -> Any:
    values = {
        field.column: first_value(entity, field, whose)
        for field in FIELDS[entity]
        if field.kind == "scalar"
    }
    return MODELS[entity].objects.create(**values, **links)


def first_value(entity: str, field: Field, whose: str) -> Any:
    """Give the value of a field in a row, which is found on a page where it must not be."""
    if field.name == "isActive":
        return True
    if field.name in NUMBERS:
        return NUMBERS[field.name]
    word = f"{field.name}of{whose}{entity}".lower().replace("_", "")
    return f"{word}@example.org" if field.name == "email" else word


def new_value(field: Field, world: World) -> Any:
    """Give the value on the wire that a field is written with."""
    match field.kind:
        case "one":
            return {"id": str(world.spare[field.target].pk)}
        case "many":
            return {"connect": [{"id": str(world.spare[field.target].pk)}]}
        case "roles":
            return world.new_roles
        case "secret":
            return "correct horse battery"
    if field.name == "isActive":
        return False
    if field.name in NUMBERS:
        return NUMBERS[field.name] + 1
    return (
        "new@example.org" if field.name == "email" else f"new{field.name.lower().replace('_', '')}"
    )


@contextmanager
def undone() -> Iterator[None]:
    """Run something and undo what it did to the database."""
    point = transaction.savepoint()
    try:
        yield
    finally:
        transaction.savepoint_rollback(point)
