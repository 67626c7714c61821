"""Staff of a small role see a smaller admin: no link on any page leads to a refusal."""

import re
from collections.abc import Callable, Iterator
from html import unescape
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from tests.policies import make_user, write_policy
from tests.shop.models import Address, Customer, Order, Product

pytestmark = pytest.mark.django_db
Write = Callable[[str], Any]
# Filters and orders of a list multiply. A page of each kind is enough.
MOST_OF_A_PATH = 4


def walk(client: Client) -> dict[str, int]:
    """Visit all that links lead to, from the first page on. Return the statuses."""
    seen: dict[str, int] = {}
    visits: dict[str, int] = {}
    waiting = ["/admin/"]
    while waiting:
        address = waiting.pop()
        path = urlsplit(address).path
        if address in seen or visits.get(path, 0) >= MOST_OF_A_PATH:
            continue
        visits[path] = visits.get(path, 0) + 1
        answer = client.get(address)
        seen[address] = answer.status_code
        if answer.status_code in (301, 302):
            waiting.append(urljoin(address, answer["Location"]))
        elif answer.status_code == 200 and "text/html" in answer["Content-Type"]:
            waiting += list_links(address, answer.text)
    return seen


def list_links(address: str, page: str) -> Iterator[str]:
    for link in re.findall(r'<a[^>]*\shref="([^"]*)"', page):
        found = urljoin(address, unescape(link)).partition("#")[0]
        if found.startswith("/admin/") and "logout" not in found:
            yield found


@pytest.fixture
def staff() -> Client:
    ada = make_user("ada", "user", is_staff=True)
    address = Address.objects.create(city="Bern")
    customer = Customer.objects.create(owner=ada, first_name="Mine", address=address)
    Order.objects.create(customer=customer, product=Product.objects.create(name="Lamp"))
    Customer.objects.create(owner=make_user("eve"), first_name="Foreign", address=address)
    client = Client()
    client.force_login(ada)
    return client


def list_refused(client: Client) -> dict[str, int]:
    return {path: status for path, status in walk(client).items() if status >= 400}


def test_the_role_user_meets_no_refusal(staff: Client) -> None:
    found = walk(staff)
    assert len(found) > 20
    assert any(path.startswith("/admin/shop/customer/") for path in found)
    assert not any("authevent" in path or "/session/" in path for path in found)
    assert {path: status for path, status in found.items() if status >= 400} == {}


@pytest.mark.parametrize(
    "rules",
    [
        'view = "all"\nsearch = "all"',
        'view = "own"\nsearch = "own"\nupdate = "own"',
        'view = "all"\nsearch = "all"\ncreate = "all"',
        'search = "all"',
        'view = "all"',
        'create = "all"',
        'update = "all"\nview = "all"',
        'view = "all"\nsearch = "all"\nfields.view.address = ["admin"]',
    ],
)
def test_no_rule_of_customers_makes_a_dead_link(policy: Write, staff: Client, rules: str) -> None:
    policy(write_policy(Customer=rules, Address='view = "all"\nsearch = "all"'))
    assert list_refused(staff) == {}


def test_a_right_on_events_alone_shows_these_alone(policy: Write, staff: Client) -> None:
    policy(write_policy())
    for user in type(make_user("x")).objects.filter(username="ada"):
        user.user_permissions.set(Permission.objects.filter(codename="view_authevent"))
    page = staff.get("/admin/").text
    assert "Logins and failures a day" in page
    assert "Live sessions" not in page
    assert "manage.py check" not in page
    assert list_refused(staff) == {}


def test_who_may_nothing_sees_an_empty_first_page(policy: Write, staff: Client) -> None:
    policy(write_policy())
    page = staff.get("/admin/").text
    assert "permission to view or edit anything" in page
    assert 'class="module panel"' not in page
    assert list_refused(staff) == {}


def test_a_superuser_meets_no_refusal(staff: Client) -> None:
    root = Client()
    root.force_login(make_user("root", "admin", is_staff=True, is_superuser=True))
    found = walk(root)
    assert any("authevent" in path for path in found)
    assert {path: status for path, status in found.items() if status >= 400} == {}
