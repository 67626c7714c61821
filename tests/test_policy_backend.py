"""`user.has_perm` of a served entity says what the policy says; of any other model what the
database does.
"""

from collections.abc import Callable
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.contrib.auth import get_user_model
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import AnonymousUser, Group, Permission

from auth_core.backend import PolicyBackend
from auth_core.backend_checks import check_backends
from tests.policies import ALL, make_user, write_policy
from tests.shop.models import Customer, Order, Product

pytestmark = pytest.mark.django_db
Write = Callable[[str], Any]
OWN = 'view = ["admin", "own"]\nupdate = "own"\ndelete = []'


def list_granted(user: Any, model: str = "customer", obj: Any = None) -> list[str]:
    names = ("view", "add", "change", "delete")
    app = "accounts" if model == "user" else "shop"
    return [name for name in names if user.has_perm(f"{app}.{name}_{model}", obj)]


def reload(user: Any) -> Any:
    """Return the user as the next request would have it, without what was kept of its permissions."""
    return get_user_model().objects.get(pk=user.pk)


@pytest.mark.parametrize(
    ("section", "granted"),
    [
        ("", []),
        ('view = ["user"]', ["view"]),
        ('view = "all"', ["view"]),
        ('view = "public"', ["view"]),
        ('view = "own"', ["view"]),
        ('search = ["user"]', []),
        ('view = ["admin"]', []),
        ('create = ["user"]', ["add"]),
        ('update = ["user"]', ["change"]),
        ('delete = ["user"]', ["delete"]),
        (ALL, ["view", "add", "change", "delete"]),
    ],
)
def test_permissions_are_what_the_policy_opens(
    policy: Write, section: str, granted: list[str]
) -> None:
    policy(write_policy(Customer=section))
    user = make_user("ada", "user")
    assert list_granted(user) == granted
    assert list_granted(user, "order") == []
    assert user.has_module_perms("shop") == bool(granted)
    assert user.get_all_permissions() == {f"shop.{name}_customer" for name in granted}


def test_with_an_object_own_rows_count(policy: Write) -> None:
    policy(write_policy(Customer=OWN, Order=OWN))
    user = make_user("ada", "user")
    mine, foreign = Customer.objects.create(owner=user), Customer.objects.create()
    assert list_granted(user, obj=mine) == ["view", "change"]
    assert list_granted(user, obj=foreign) == []
    assert list_granted(user, "order", Order.objects.create(customer=mine)) == ["view", "change"]
    assert list_granted(user, "order", Order.objects.create(customer=foreign)) == []
    assert list_granted(make_user("bob", "admin"), obj=foreign) == ["view"]
    assert user.get_all_permissions(mine) == {"shop.view_customer", "shop.change_customer"}


def test_an_object_of_another_model_grants_nothing(policy: Write) -> None:
    policy(write_policy(ALL))
    user = make_user("ada", "user")
    assert list_granted(user, "customer", Product.objects.create()) == []
    assert not user.has_perm("auth.view_group", Group.objects.create(name="x"))


def test_what_the_database_grants_on_an_entity_is_not_asked(policy: Write) -> None:
    policy(write_policy())
    user = make_user("ada", "user")
    for permission in Permission.objects.filter(content_type__app_label="shop"):
        user.user_permissions.add(permission)
        Group.objects.get(name="user").permissions.add(permission)
    assert not any(
        list_granted(reload(user), model)
        for model in ("customer", "user", "order", "address", "product")
    )
    assert reload(user).get_all_permissions() == set()
    assert not reload(user).has_module_perms("shop")


def test_other_models_are_as_the_database_has_it(policy: Write) -> None:
    policy(write_policy(ALL))
    user = make_user("ada", "user")
    assert not user.has_perm("auth.view_group")
    user.user_permissions.add(Permission.objects.get(codename="view_group"))
    Group.objects.get(name="user").permissions.add(Permission.objects.get(codename="add_group"))
    user = reload(user)
    assert user.has_perms(["auth.view_group", "auth.add_group"])
    assert not user.has_perm("auth.delete_group")


class Foreign(ModelBackend):
    """Takes passwords of its own, as packages bring it."""


class Joined(Foreign, PolicyBackend):
    """As the check proposes."""


def test_a_backend_that_grants_more_than_the_policy_is_refused(settings: Any) -> None:
    settings.AUTHENTICATION_BACKENDS = [
        *settings.AUTHENTICATION_BACKENDS,
        f"{__name__}.Joined",
    ]
    assert check_backends() == []
    settings.AUTHENTICATION_BACKENDS = [
        *settings.AUTHENTICATION_BACKENDS,
        f"{__name__}.Foreign",
    ]
    (fault,) = check_backends()
    assert (fault.id, "class MyBackend(Foreign, PolicyBackend)" in str(fault.hint)) == (
        "auth_core.E018",
        True,
    )
    settings.AUTHENTICATION_BACKENDS = [f"{__name__}.Foreign"]
    assert check_backends() == []
    settings.AUTHENTICATION_BACKENDS = ["tests.broken_provider.Backend"]
    assert [each.id for each in check_backends()] == ["auth_core.E019"]


def test_a_superuser_may_everything_and_an_inactive_one_nothing(policy: Write) -> None:
    policy(write_policy())
    root = make_user("root", is_superuser=True)
    assert (
        list_granted(root)
        == list_granted(root, obj=Customer.objects.create())
        == ["view", "add", "change", "delete"]
    )
    assert {"shop.add_customer", "auth.add_group"} <= root.get_all_permissions()
    policy(write_policy(ALL))
    for flags in ({}, {"is_superuser": True}):
        user = make_user(f"gone{len(flags)}", "admin", is_active=False, **flags)
        assert list_granted(user) == []
        assert (
            user.get_all_permissions()
            == user.get_all_permissions(Customer.objects.create())
            == set()
        )


def test_nobody_has_no_permissions_in_the_admin(policy: Write) -> None:
    policy(write_policy('view = "public"'))
    assert not AnonymousUser().has_perm("shop.view_customer")
    assert not AnonymousUser().has_perm("shop.view_customer", Customer.objects.create())


def test_an_unknown_role_grants_nothing(policy: Write) -> None:
    policy(write_policy(Customer='view = ["admin"]'))
    assert list_granted(make_user("ada", "boss", "Admin")) == []


def test_asking_asynchronously_gives_the_same_answers(policy: Write) -> None:
    policy(write_policy(Customer=OWN))
    user = make_user("ada", "user")
    user.user_permissions.add(*Permission.objects.filter(content_type__app_label="shop"))
    mine = Customer.objects.create(owner=user)
    assert async_to_sync(reload(user).aget_all_permissions)() == user.get_all_permissions()
    assert async_to_sync(reload(user).aget_all_permissions)(mine) == user.get_all_permissions(mine)
    assert async_to_sync(reload(user).aget_user_permissions)() == set()
    assert async_to_sync(reload(user).ahas_perm)("shop.change_customer", mine)
    assert not async_to_sync(reload(user).ahas_perm)("shop.delete_customer")
