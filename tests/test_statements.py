"""Querysets that are compiled once, and the connection they run over."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.db.models import DateTimeField, F, UUIDField
from django.db.models.signals import post_init
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from statements.parameters import Parameter
from statements.statement import InstanceColumns, Statement
from tests.shop.models import Customer

pytestmark = pytest.mark.django_db


def test_it_gives_what_the_queryset_gives() -> None:
    customer = Customer.objects.create(
        email="ada@example.org", owner=User.objects.create_user("ada")
    )
    rows = Customer.objects.values_list(
        "id", "created_at", "email", "owner", "address", "owner__is_active"
    )
    assert [tuple(row) for row in Statement(rows).fetch()] == list(rows)
    assert Statement(rows).fetch()[0][0] == customer.pk


def test_it_takes_other_parameters_each_time_for_one_query() -> None:
    first, second = (Customer.objects.create() for _ in range(2))
    given = {
        "pk": Parameter("key", UUIDField()),
        "created_at__lte": Parameter("until", DateTimeField()),
    }
    statement = Statement(Customer.objects.filter(**given).values_list("id"))
    with CaptureQueriesContext(connection) as queries:
        found = [
            statement.fetch(key=row.pk, until=second.created_at)[0][0]
            for row in (first, second, first)
        ]
    assert (found, len(queries)) == ([first.pk, second.pk, first.pk], 3)
    assert statement.fetch(key=second.pk, until=second.created_at - timedelta(milliseconds=1)) == []


def test_conditions_that_nothing_meets_cost_no_query() -> None:
    with CaptureQueriesContext(connection) as queries:
        assert Statement(Customer.objects.filter(pk__in=[]).values_list("id")).fetch() == []
    assert len(queries) == 0


def test_columns_become_instances_again() -> None:
    user = User.objects.create_user("ada", email="ada@example.org")
    user.groups.add(Group.objects.create(name="cook"))
    columns = InstanceColumns(User)
    rows = User.objects.annotate(role=F("groups__name")).values_list(*columns.names, "role")
    [row] = Statement(rows).fetch()
    found = columns.build(row[:-1])
    assert (found, found.email, found.created_at, row[-1]) == (
        user,
        user.email,
        user.created_at,
        "cook",
    )
    assert found._state.adding is False


@pytest.mark.skipif(
    connection.vendor != "postgresql", reason="SQLite has no connection that somebody could close"
)
@pytest.mark.django_db(transaction=True)
def test_a_connection_that_the_server_has_closed_is_replaced() -> None:
    statement = Statement(User.objects.values_list("id"))
    statement.fetch()
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(%s, 5000)", [connection.connection.info.backend_pid]
        )
    other.close()
    connection.close_if_unusable_or_obsolete()  # as at the begin and the end of each request
    assert statement.fetch() == []


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite prepares nothing on a server")
def test_what_runs_again_and_again_is_prepared() -> None:
    statement = Statement(
        Customer.objects.filter(pk=Parameter("key", UUIDField())).values_list("email")
    )
    customer = Customer.objects.create(email="ada@example.org")
    before = count_prepared()
    for _ in range(7):
        assert statement.fetch(key=customer.pk) == [("ada@example.org",)]
    assert count_prepared() == before + 1


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite prepares nothing on a server")
def test_what_has_values_of_its_own_is_planned_for_them_each_time() -> None:
    statement = Statement(Customer.objects.filter(first_name="Ada").values_list("phone"))
    before = count_prepared()
    for _ in range(7):
        assert statement.fetch() == []
    assert count_prepared() == before


def count_prepared() -> int:
    """Return how many statements on customers are prepared for this connection."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%%shop_customer%%'"
        )
        return int(cursor.fetchone()[0])


def test_code_of_the_project_sees_the_defaults_of_an_instance_that_is_begun() -> None:
    seen: list[bool] = []

    def note(instance: User, **_: object) -> None:
        seen.append(instance.is_active)

    key = uuid4()
    assert InstanceColumns(User).begin(key, "default").pk == key
    post_init.connect(note, sender=User)
    try:
        assert InstanceColumns(User).begin(key, "default").pk == key
    finally:
        post_init.disconnect(note, sender=User)
    assert seen == [True]
