"""An entity that has a name or an address of a plugin is refused by a check, with the remedy."""

from __future__ import annotations

from typing import Any

import pytest

from auth_core.name_checks import check_names
from entity_api.description.registry import VIEWSETS
from entity_api.model_checks import check_models
from tests.own_actions import serve
from tests.shop.models import Order
from tests.shop.viewsets import OrderViewSet


@pytest.fixture
def find_faults(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Any:
    def find(name: str, plural: str) -> list[Any]:
        viewset: Any = type("VisitViewSet", (OrderViewSet,), {"entity_name": name})
        monkeypatch.setattr(Order, "entity_name", name, raising=False)
        viewsets: Any = VIEWSETS
        monkeypatch.setitem(viewsets, Order, viewset)
        serve(monkeypatch, settings, **{plural: viewset})
        return [*check_names(), *(each for each in check_models() if "VisitView" in each.msg)]

    return find


@pytest.mark.parametrize(
    ("name", "app"),
    [
        ("Session", "auth_jwt"),
        ("ApiKey", "auth_apikey"),
        ("Invitation", "auth_accounts"),
        ("Factor", "auth_mfa"),
        ("Identity", "auth_oidc"),
        ("Login", "auth_core"),
    ],
)
def test_a_name_of_a_plugin_is_refused(find_faults: Any, name: str, app: str) -> None:
    (fault,) = find_faults(name, "visits")
    assert fault.id == "auth_core.E024"
    assert f"VisitViewSet serves the entity {name}, and {app} has that name" in fault.msg
    assert f'entity_name = "My{name}"' in fault.hint


def test_another_name_is_the_remedy(find_faults: Any) -> None:
    assert find_faults("MySession", "my-sessions") == []


def test_the_service_itself_has_no_fault() -> None:
    assert check_names() == []
