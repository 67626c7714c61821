"""Actions of the author's own on an entity's viewset: one rule decides about the call, the rows and
the fields.
"""

from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.urls import include, path
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.routers import SimpleRouter

from tests.policies import ALL, READ, call_as, make_user, write_policy
from tests.rest import assert_problem, read_stored
from tests.shop.models import Customer
from tests.shop.viewsets import CustomerViewSet
from tests.urls import urlpatterns as service

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]
Write = Callable[[str], Any]
OWN = 'view = ["admin", "own"]\nsearch = ["admin", "own"]\nupdate = ["admin", "own"]'


class ShippingViewSet(CustomerViewSet):
    @action(detail=True, methods=["post"])
    def ship(self, request: Request, id: str) -> Response:  # noqa: A002
        row = self.get_object()
        row.phone = "shipped"
        row.save()
        return Response({"phone": row.phone})

    @ship.mapping.delete
    def recall(self, request: Request, id: str) -> Response:  # noqa: A002
        return Response({"phone": self.get_object().phone})

    @action(detail=True)
    def info(self, request: Request, id: str) -> Response:  # noqa: A002
        return Response({"phone": self.get_object().phone})

    @action(detail=True)
    def raw(self, request: Request, id: str) -> Response:  # noqa: A002
        return Response(self.get_serializer(self.get_object()).data)

    @action(detail=True, methods=["patch"])
    def edit(self, request: Request, id: str) -> Response:  # noqa: A002
        serializer = self.get_serializer(self.get_object(), data=request.data, partial=True)
        serializer.is_valid(raise_exception=True)
        serializer.save()
        return Response(serializer.data)

    @action(detail=False)
    def every(self, request: Request) -> Response:
        return Response([{"phone": row.phone} for row in Customer.objects.all()])

    @action(detail=False)
    def stats(self, request: Request) -> Response:
        return Response(
            {"count": self.get_queryset().count(), "fields": sorted(self.permit("stats"))}
        )

    @action(detail=False, methods=["post"])
    def empty(self, request: Request) -> Response:
        return Response(
            {"count": self.get_queryset().update(phone=""), "fields": sorted(self.permit("empty"))}
        )


class OverridingViewSet(CustomerViewSet):
    """Handlers that lead to those of the base, and one that does not."""

    def list(self, request: Request) -> Any:
        return super().list(request)

    def create(self, request: Request) -> Any:
        return super().create(request)

    def partial_update(self, request: Request, id: str = "") -> Any:  # noqa: A002
        return super().partial_update(request, id)

    def retrieve(self, request: Request, id: str) -> Response:  # noqa: A002
        return Response({"phone": Customer.objects.get(pk=id).phone})


router = SimpleRouter(trailing_slash=False)
router.register("shipping", ShippingViewSet)
router.register("overriding", OverridingViewSet, basename="overriding")
urlpatterns = [path("api/", include(router.urls)), *service]


@pytest.fixture
def ada() -> Any:
    return make_user("ada", "user")


@pytest.fixture
def mine(ada: Any) -> Customer:
    return Customer.objects.create(owner=ada, phone="mine")


@pytest.fixture
def foreign() -> Customer:
    return Customer.objects.create(owner=make_user("eve", "user"), phone="foreign")


def ask_all(user: Any, row: Customer) -> list[int]:
    client, address = call_as(user), f"/api/shipping/{row.pk}"
    answers = [
        client.post(f"{address}/ship"),
        client.delete(f"{address}/ship"),
        client.get(f"{address}/info"),
        client.get("/api/shipping/stats"),
        client.post("/api/shipping/empty"),
    ]
    return [answer.status_code for answer in answers]


@pytest.mark.parametrize(
    ("section", "statuses"),
    [
        (ALL, [200, 200, 200, 200, 200]),
        ('update = "all"', [200, 200, 403, 403, 200]),
        ('view = "all"', [403, 403, 200, 403, 403]),
        (READ, [403, 403, 200, 200, 403]),
        ("", [403] * 5),
    ],
)
def test_reading_is_viewing_or_searching_and_changing_is_updating(
    policy: Write, ada: Any, foreign: Customer, section: str, statuses: list[int]
) -> None:
    policy(write_policy(Customer=section))
    assert ask_all(ada, foreign) == statuses


def test_rows_are_those_that_the_caller_reaches(
    policy: Write, ada: Any, mine: Customer, foreign: Customer
) -> None:
    policy(write_policy(Customer=OWN))
    assert ask_all(ada, foreign) == [404, 404, 404, 200, 200]
    assert ask_all(ada, mine) == [200] * 5
    assert call_as(ada).get("/api/shipping/stats").json()["count"] == 1
    assert call_as(make_user("root", "admin")).get("/api/shipping/stats").json()["count"] == 2
    foreign.refresh_from_db()
    assert foreign.phone == "foreign"


def test_an_id_that_is_none_is_not_found(policy: Write, ada: Any) -> None:
    policy(write_policy(ALL))
    assert_problem(call_as(ada).post("/api/shipping/none/ship"), 404)


def test_fields_are_those_of_reading_or_of_changing(policy: Write, ada: Any) -> None:
    policy(
        write_policy(
            Customer=ALL + '\nfields.view.email = ["admin"]\nfields.update.phone = ["admin"]'
        )
    )
    read, changed = (
        call_as(ada).generic(method, f"/api/shipping/{name}").json()["fields"]
        for method, name in (("GET", "stats"), ("POST", "empty"))
    )
    assert ("email" in read, "phone" in read) == (False, True)
    assert ("email" in changed, "phone" in changed) == (True, False)


def test_a_serializer_in_an_action_obeys(
    policy: Write, ada: Any, mine: Customer, foreign: Customer
) -> None:
    fields = '\nfields.view.email = ["admin"]\nfields.update.email = ["admin"]'
    policy(write_policy(Customer=OWN + fields))
    client, address, before = call_as(ada), f"/api/shipping/{mine.pk}", read_stored()
    assert client.get(f"{address}/raw").json().keys() >= {"id", "phone"}
    assert "email" not in client.get(f"{address}/raw").json()
    assert_problem(client.patch(f"{address}/edit", {"email": "x@example.org"}), 403)
    assert_problem(client.patch(f"/api/shipping/{foreign.pk}/edit", {"phone": "x"}), 404)
    assert read_stored() == before
    assert client.patch(f"{address}/edit", {"phone": "x"}).json()["phone"] == "x"


def test_rows_read_past_the_viewset_are_refused(policy: Write, ada: Any, foreign: Customer) -> None:
    policy(write_policy(Customer=OWN))
    assert_problem(call_as(ada).get("/api/shipping/every"), 403)
    assert_problem(call_as(ada).get(f"/api/overriding/{foreign.pk}"), 403)
    assert call_as(make_user("root", "admin")).get("/api/shipping/every").json() == [
        {"phone": "foreign"}
    ]


@pytest.mark.parametrize(
    "section", [OWN + '\ncreate = "own"', ALL + '\nfields.view.email = ["admin"]']
)
def test_a_handler_that_leads_to_the_base_works(
    policy: Write, ada: Any, mine: Customer, section: str
) -> None:
    policy(write_policy(Customer=section))
    client = call_as(ada)
    for _ in range(2):  # the second is answered by what was kept of the first
        assert [row["id"] for row in client.get("/api/overriding").json()] == [str(mine.pk)]
    assert client.patch(f"/api/overriding/{mine.pk}", {"phone": "x"}).json()["phone"] == "x"
    assert client.post("/api/overriding", {"phone": "y"}).json()["phone"] == "y"


# Named in the file


def test_a_rule_of_its_own_decides_about_the_call(policy: Write, ada: Any, mine: Customer) -> None:
    policy(write_policy(Customer=ALL + '\nship = ["admin"]\nstats = ["admin"]'))
    before = read_stored()
    assert_problem(call_as(ada).post(f"/api/shipping/{mine.pk}/ship"), 403)
    assert_problem(call_as(ada).get("/api/shipping/stats"), 403)
    assert read_stored() == before
    assert ask_all(make_user("root", "admin"), mine) == [200] * 5


def test_a_rule_of_its_own_decides_about_the_rows(
    policy: Write, ada: Any, mine: Customer, foreign: Customer
) -> None:
    policy(write_policy(Customer=ALL + '\nship = "own"\nstats = "own"'))
    assert ask_all(ada, foreign) == [404, 200, 200, 200, 200]
    assert call_as(ada).get("/api/shipping/stats").json()["count"] == 1


def test_a_rule_of_its_own_opens_what_updating_does_not(
    policy: Write, ada: Any, foreign: Customer
) -> None:
    policy(write_policy(Customer='ship = ["user"]\nfields.update.phone = ["admin"]'))
    assert ask_all(ada, foreign) == [200, 403, 403, 403, 403]


def test_a_rule_of_its_own_may_be_public(policy: Write, foreign: Customer) -> None:
    policy(write_policy(Customer='info = "public"'))
    client = call_as()
    assert (
        client.get(
            f"/api/shipping/{foreign.pk}/info", headers={"Authorization": "Bearer stale"}
        ).status_code
        == 200
    )
    assert_problem(client.post(f"/api/shipping/{foreign.pk}/ship"), 401)


def test_its_fields_stay_those_of_its_kind(policy: Write, ada: Any) -> None:
    policy(write_policy(Customer='empty = "all"\nfields.update.phone = ["admin"]'))
    assert "phone" not in call_as(ada).post("/api/shipping/empty").json()["fields"]


def test_a_refusal_in_development_quotes_its_rule(
    policy: Write, ada: Any, mine: Customer, settings: Any
) -> None:
    settings.DEBUG = True
    written = policy(write_policy(Customer=ALL + '\nship = ["admin"]'))
    problem = call_as(ada).post(f"/api/shipping/{mine.pk}/ship").json()
    assert problem["explanation"].startswith(f"{written.name}, line ")
    assert problem["explanation"].endswith('[Customer] ship = ["admin"]')


def test_the_openapi_document_knows_its_rule(policy: Write) -> None:
    policy(write_policy(Customer='ship = "public"'))
    paths = call_as().get("/api/schema").json()["paths"]
    assert paths["/api/shipping/{id}/ship"]["post"]["security"] == []
    assert paths["/api/shipping/{id}/info"]["get"]["security"] != []


def test_the_check_knows_its_name(policy: Write) -> None:
    policy(write_policy(ALL, Customer=ALL + '\nship = ["admin"]\nrecall = "own"'))
    call_command("check")


@pytest.mark.parametrize(
    "line", ['shipp = ["admin"]', 'list = "all"', 'partial_update = "all"', 'get_object = "all"']
)
def test_the_check_refuses_a_name_that_no_action_has(policy: Write, line: str) -> None:
    policy(write_policy(ALL, Customer=f"{ALL}\n{line}"))
    with pytest.raises(SystemCheckError) as refused:
        call_command("check")
    name = line.split(maxsplit=1)[0]
    known = (
        "view, search, create, update, delete, edit, empty, every, info, raw, ship, recall, stats"
    )
    assert f"Customer.{name}: there is no such action; the actions are {known}." in str(
        refused.value
    )


def test_the_check_refuses_own_of_what_nobody_owns(
    policy: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Customer, "owner_path", None)
    policy(write_policy(ALL, Customer=ALL + '\nship = "own"'))
    with pytest.raises(
        SystemCheckError, match=r'Customer\.ship: "own" needs to know whose a row is'
    ):
        call_command("check")


def test_the_command_shows_and_explains_it(policy: Write, ada: Any) -> None:
    policy(write_policy(ALL, Customer=ALL + '\nship = ["admin", "own"]'))
    screen = StringIO()
    call_command("permissions", stdout=screen)
    [line] = [line for line in screen.getvalue().splitlines() if " ship " in line]
    assert line.split() == ["ship", "-", "own", "rows", "all", "rows", "own", "rows"]
    call_command("permissions", "explain", "ada", "Customer", "ship", stdout=screen)
    assert "ada may ship Customer, own rows." in screen.getvalue()
    assert '[Customer] ship = ["admin", "own"]' in screen.getvalue()
