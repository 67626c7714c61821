"""Deleting a user in the admin: what plugins keep about the user goes along and needs no right."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db.models import PROTECT
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from auth_jwt.models import Session
from tests.admin_pages import address_of
from tests.installed import linked  # noqa: F401 (a fixture)
from tests.policies import ALL, make_user
from tests.shop.models import Address, Customer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("linked")]
Write = Callable[[str], Any]
ENTITIES = ("User", "Address", "Customer", "Order", "Product", "Tag", "Post", "Note")
READ_ONLY = 'view = "all"\nsearch = "all"'


def allow(**sections: str) -> str:
    parts = [f"[{name}]\n{sections.get(name, ALL)}\n" for name in ENTITIES]
    return 'roles = ["admin", "user"]\n' + "\n".join(parts)


@pytest.fixture
def staff() -> Client:
    client = Client()
    client.force_login(make_user("ada", "user", is_staff=True))
    return client


@pytest.fixture
def eve() -> Any:
    """A user who has logged in, and has a key of another plugin."""
    from tests.tabled_provider.models import Key

    user = make_user("eve")
    now = timezone.now()
    Session.objects.create(
        user=user, created_at=now, last_used_at=now, rotated_at=now, expires_at=now, ends_at=now
    )
    Key.objects.create(user=user)
    return user


def delete_from_page(client: Client, user: Any) -> Any:
    address = reverse("admin:accounts_user_delete", args=[user.pk])
    assert "permission to delete" not in client.get(address).text
    return client.post(address, {"post": "yes"})


def delete_from_list(client: Client, user: Any) -> Any:
    sent = {"action": "delete_selected", "_selected_action": [str(user.pk)]}
    address = reverse("admin:accounts_user_changelist")
    assert "permission to delete" not in client.post(address, sent).text
    return client.post(address, sent | {"post": "yes"})


every_way = pytest.mark.parametrize(
    "delete", [delete_from_page, delete_from_list], ids=lambda way: way.__name__
)


def test_rows_that_forbid_a_deletion_are_not_named(
    policy: Write, staff: Client, monkeypatch: Any
) -> None:
    policy(allow(Customer=ALL.replace('view = "all"', 'view = ["own"]')))
    monkeypatch.setattr(Customer._meta.get_field("address").remote_field, "on_delete", PROTECT)
    address = Address.objects.create(city="Bern")
    Customer.objects.create(first_name="Hidden", address=address)
    sent = {"action": "delete_selected", "_selected_action": [str(address.pk)]}
    for page in (
        staff.get(address_of(Address, "delete", address.pk)),
        staff.post(address_of(Address, "changelist"), sent),
    ):
        assert "Rows that link to them: 1" in page.text
        assert "Hidden" not in page.text


@every_way
def test_staff_delete_a_user_who_has_logged_in(
    policy: Write, staff: Client, eve: Any, delete: Any
) -> None:
    from tests.tabled_provider.models import Key

    policy(allow())
    assert delete(staff, eve).status_code == 302
    assert not User.objects.filter(pk=eve.pk).exists()
    assert not Session.objects.exists()
    assert not Key.objects.exists()


@every_way
def test_a_superuser_deletes_a_user_whose_plugin_lets_nobody_delete_its_rows(
    policy: Write, eve: Any, delete: Any
) -> None:
    policy(allow())
    root = Client()
    root.force_login(make_user("root", is_staff=True, is_superuser=True))
    assert delete(root, eve).status_code == 302
    assert not User.objects.filter(pk=eve.pk).exists()


@every_way
def test_rows_of_entities_that_go_along_need_their_own_right(
    policy: Write, staff: Client, eve: Any, delete: Any
) -> None:
    from tests.linked.models import Post

    policy(allow(Post=READ_ONLY))
    post = Post.objects.create(owner=eve, name="hers")
    with pytest.raises(AssertionError):
        delete(staff, eve)
    address = reverse("admin:accounts_user_delete", args=[eve.pk])
    assert staff.post(address, {"post": "yes"}).status_code == 403
    assert Session.objects.count() == Post.objects.filter(pk=post.pk, owner=eve).count() == 1
    policy(allow())
    assert delete(staff, eve).status_code == 302
    assert not Post.objects.exists()


def test_the_page_tells_nothing_of_what_hangs_on_the_user(
    policy: Write, staff: Client, eve: Any
) -> None:
    policy(allow())
    page = staff.get(reverse("admin:accounts_user_delete", args=[eve.pk]))
    assert str(Session.objects.get().pk) not in page.text
