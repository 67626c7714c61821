"""Hidden rows and withheld fields at the end of one-to-one and many-to-many links change nothing."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rest_framework.test import APIClient

from tests.crew.served import OWN, find, permit
from tests.graph import ask
from tests.policies import READ, call_as, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("crew")]
VALUES = st.sampled_from(["a", "b"])
WRAPPED = st.lists(st.sampled_from(["[NOT]", "[OR][0]", "[AND][0]"]), max_size=3).map("".join)
# A list with conditions and orders over the link from it.
QUESTIONS = st.sampled_from(
    [
        ("stamps", "[badge][color]=a", "[badge][color]"),
        ("stamps", "[badge][isNull]=true", "[badge][id]"),
        ("stamps", "[badge][isNull]=false", "[badgeId]"),
        ("stamps", "[badge][color][not]=a", "[badge][color]"),
        ("plans", "[teams][some][name]=a", "[title]"),
        ("plans", "[teams][none][name]=a", "[title]"),
        ("plans", "[teams][every][name]=a", "[id]"),
        ("plans", "[teams][some][plans][some][title]=x", "[id]"),
        ("plans", "[teams][every][id][in]=x", "[createdAt]"),
    ]
)
FIELD_OF_TEAMS, FIELD_OF_BADGES = "fields.search.name = []", "fields.search.color = []"
DOCUMENT = """{ stamps { text badge { color } } plans { title teams { name plans { title } } }
  _plansMeta(where: {teams: {some: {name: {equals: "a"}}}}) { count }
  _stampsMeta(where: {badge: {color: {equals: "a"}}}) { count } }"""


def read(client: APIClient, plural: str, query: str) -> Any:
    response = client.get(f"/api/{plural}?{query}&take=2", headers={"Prefer": "count=exact"})
    names = ("Link", "X-Total-Count", "ETag")
    return response.status_code, response.content, [response.headers.get(name) for name in names]


@pytest.mark.exhaustive
@settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(VALUES, VALUES, WRAPPED, QUESTIONS, st.sampled_from(["rows", "fields"]))
def test_what_is_withheld_at_the_end_of_a_link_changes_no_answer(
    policy: Any, before: str, after: str, wrapped: str, question: Any, withheld: str
) -> None:
    for name in ("Stamp", "Badge", "Plan", "Team"):
        find(name).objects.all().delete()
    by_rows = withheld == "rows"
    team = OWN if by_rows else f"{READ}\n{FIELD_OF_TEAMS}"
    badge = OWN if by_rows else f"{READ}\n{FIELD_OF_BADGES}"
    permit(policy, Team=team, Badge=badge, Plan=READ, Stamp=READ)
    user = make_user(uuid4().hex, "user")
    mine = find("Team").objects.create(name="b")
    mine.members.add(user)
    hidden = find("Team").objects.create(name=before)
    badges = [find("Badge").objects.create(color=before) for _ in range(2)]
    badges.append(find("Badge").objects.create(color="b", user=user))
    for number, each in enumerate([*badges, None]):
        find("Stamp").objects.create(text=str(number), badge=each)
        plan = find("Plan").objects.create(title="x")
        plan.teams.set([hidden, mine][: number % 3])
    client = call_as(user)
    plural, condition, order = question
    query = f"where{wrapped}{condition}&orderBy{order}=asc"

    def ask_all() -> Any:
        return read(client, plural, query), by_rows and ask(client, DOCUMENT)

    first = ask_all()
    assert first[0][0] == 200 or not by_rows
    find("Team").objects.filter(pk=hidden.pk).update(name=after)
    find("Badge").objects.filter(user=None).update(color=after)
    assert ask_all() == first


def test_without_the_policy_such_a_change_is_seen(root: APIClient) -> None:
    team = find("Team").objects.create(name="a")
    find("Plan").objects.create(title="x").teams.add(team)
    question = ("plans", "where[teams][some][name]=a")
    first = read(root, *question)
    find("Team").objects.update(name="b")
    assert read(root, *question) != first
