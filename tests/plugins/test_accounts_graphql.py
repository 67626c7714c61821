"""The same by GraphQL: sign-up, a forgotten password, and one's own account."""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient

from tests.plugins.mailbox import PASSWORD, Mails

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quick_hashes")]
REGISTER = "mutation ($data: RegisterInput!) { register(data: $data) }"
VERIFY = "mutation ($token: String!) { verifyEmail(token: $token) }"
ASK = 'mutation { requestPasswordReset(email: "ada@example.org") }'
RESET = (
    "mutation ($token: String!, $new: String!) { resetPassword(token: $token, newPassword: $new) }"
)
LOGIN = "mutation ($given: Credentials!) { login(credentials: $given) { username accessToken } }"
UPDATE = 'mutation { updateMe(data: {firstName: "Ada"}) { username firstName } }'
NEW = "another password that nobody has"


def run(api: APIClient, query: str, **variables: Any) -> Any:
    answer = api.post("/graphql", {"query": query, "variables": variables}).json()
    return answer.get("data") if "errors" not in answer else answer["errors"]


def test_from_the_sign_up_to_a_new_password(api: APIClient, mails: Mails) -> None:
    form = {"email": "ada@example.org", "password": PASSWORD, "username": "ada"}
    assert run(api, REGISTER, data=form) == {"register": True}
    assert run(api, VERIFY, token=mails.token()) == {"verifyEmail": True}
    assert run(api, ASK) == {"requestPasswordReset": True}
    assert run(api, RESET, token=mails.token(), new=NEW) == {"resetPassword": True}
    given = {"username": "ada", "password": NEW}
    token = run(api, LOGIN, given=given)["login"]["accessToken"]
    api.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    assert run(api, UPDATE) == {"updateMe": {"username": "ada", "firstName": "Ada"}}


def test_refusals_are_those_of_rest(api: APIClient, mails: Mails, user: Any) -> None:
    (error,) = run(api, VERIFY, token="x")
    assert error["extensions"]["errors"][0]["pointer"] == "#/token"
    form = {"email": "ada@example.org", "password": PASSWORD, "username": "ada"}
    (error,) = run(api, REGISTER, data=form)
    assert error["extensions"]["code"] == "CONFLICT"
    (error,) = run(api, UPDATE)
    assert error["extensions"]["code"] == "UNAUTHENTICATED"


def test_a_request_does_it_once(api: APIClient, mails: Mails) -> None:
    twice = ASK.replace("{ r", "{ a: r", 1).replace(
        ") }", ') b: requestPasswordReset(email: "b@example.org") }'
    )
    (error,) = run(api, twice)
    assert error["extensions"]["code"] == "TOO_MANY_REQUESTS"
