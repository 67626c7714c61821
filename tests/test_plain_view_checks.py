"""`manage.py check` names each view that could not obey permissions.toml, with its line and the
remedy.
"""

from collections.abc import Callable
from inspect import getsourcelines
from typing import Any

import pytest
from django.core.checks import CheckMessage
from django.urls import path
from rest_framework.permissions import AllowAny, IsAuthenticated

from auth_core.permissions import PolicyPermission
from auth_core.policy.view_checks import check_views
from tests import plain
from tests.policies import ALL, write_policy
from tests.shop.viewsets import CustomerViewSet
from tests.urls import urlpatterns as service

Write = Callable[[str], Any]
OWN = 'view = "own"\nsearch = "own"'
HIDDEN = ALL + '\nfields.view.email = ["admin"]'
urlpatterns: list[Any] = []


class OpenCustomers(plain.PlainCustomers):
    permission_classes = (IsAuthenticated,)


class JoinedCustomers(plain.PlainCustomers):
    permission_classes: Any = (PolicyPermission & AllowAny,)


class OpenEntity(CustomerViewSet):
    permission_classes = ()


class BothCustomers(plain.PlainCustomers):
    permission_classes = (IsAuthenticated, PolicyPermission)


class ByHandKnowingly(plain.ByHand):
    asks_permissions = ("get", "post")


@pytest.fixture
def check(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Callable[[Any], list[CheckMessage]]:
    """Serve one view beside the service, and check."""

    def run(view: Any) -> list[CheckMessage]:
        actions = ({"get": "list"},) if hasattr(view, "get_extra_actions") else ()
        monkeypatch.setattr(
            f"{__name__}.urlpatterns", [path("api/x", view.as_view(*actions)), *service]
        )
        settings.ROOT_URLCONF = __name__
        return check_views()

    return run


def list_ids(messages: list[CheckMessage]) -> list[str | None]:
    return [message.id for message in messages]


@pytest.mark.urls(__name__)
@pytest.mark.parametrize(
    ("view", "section", "ids"),
    [
        (plain.PlainCustomers, OWN, []),
        (plain.PlainCustomers, HIDDEN, []),
        (plain.CustomerList, OWN, []),
        (plain.SearchedCustomers, OWN, []),
        (BothCustomers, OWN, []),
        (CustomerViewSet, OWN, []),
        (OpenCustomers, ALL, ["auth_core.E011"]),
        (JoinedCustomers, ALL, ["auth_core.E011"]),
        (OpenEntity, ALL, ["auth_core.E011"]),
        (plain.UnaskingCustomers, ALL, []),
        (plain.UnaskingCustomers, OWN, ["auth_core.E012"]),
        (plain.ByHand, ALL, []),
        (plain.ByHand, OWN, ["auth_core.E012"]),
        (plain.ByHand, HIDDEN, ["auth_core.E013"]),
        (ByHandKnowingly, OWN, []),
        (plain.OwnWayCustomers, OWN, []),
        (plain.OwnWayCustomers, HIDDEN, ["auth_core.E013"]),
        (plain.MadeOrders, ALL, ["auth_core.E014"]),
    ],
)
def test_a_view_is_checked_against_the_rules_of_its_model(
    policy: Write, check: Any, view: Any, section: str, ids: list[str]
) -> None:
    policy(write_policy(ALL, Customer=section))
    messages = check(view)
    assert list_ids(messages) == ids
    assert all(message.hint for message in messages)


@pytest.mark.urls(__name__)
def test_the_message_names_the_view_its_line_and_the_rule(policy: Write, check: Any) -> None:
    policy(write_policy(ALL, Customer=OWN))
    [message] = check(plain.UnaskingCustomers)
    line = getsourcelines(plain.UnaskingCustomers)[1]
    assert f"tests.plain.UnaskingCustomers (line {line}) serves Customer" in message.msg
    assert '[Customer] view = "own"' in message.msg


def start_server() -> None:
    """Look at the project as a server does when it starts; the first import does so too."""
    from config.wsgi import refuse_faulty_plugins

    refuse_faulty_plugins()


@pytest.mark.urls("tests.plain")
@pytest.mark.django_db
def test_the_server_does_not_start_with_such_a_view(policy: Write) -> None:
    policy(write_policy(ALL, Customer=OWN))
    with pytest.raises(SystemExit, match=r"tests\.plain\.UnaskingCustomers") as refused:
        start_server()
    assert "PolicyFilterBackend" in str(refused.value)


def test_the_service_itself_passes() -> None:
    assert check_views() == []


@pytest.mark.urls("tests.plain")
def test_the_file_may_name_the_fields_of_plain_serializers(policy: Write) -> None:
    from auth_core.policy.checks import check_policy

    policy(
        write_policy(ALL, Customer=ALL + '\nfields.view.contact = ["admin"]\nfields.view.mail = []')
    )
    assert check_policy() == []
    policy(write_policy(ALL, Customer=ALL + "\nfields.view.contactt = []"))
    assert list_ids(check_policy()) == ["auth_core.E010"]
