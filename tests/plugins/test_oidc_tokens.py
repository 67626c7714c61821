"""Access tokens of a real issuer: which are taken, and whose they are."""

from __future__ import annotations

import json
import time
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from typing import Any

import jwt
import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from auth_core.models import AuthEvent
from auth_core.testing import Headers, ProviderKit
from auth_jwt.sessions import begin_session
from auth_oidc.identities import find_linked, link
from auth_oidc.published import find_publisher
from tests.plugins.oidc import IssuerProcess, run_issuer

pytestmark = [pytest.mark.exhaustive, pytest.mark.django_db]
SUBJECT = "ada-at-issuer"
INVALID = 'error="invalid_token"'


@pytest.fixture(scope="module")
def issuer() -> Iterator[IssuerProcess]:
    with run_issuer() as process:
        yield process


@pytest.fixture(autouse=True)
def configured(issuer: IssuerProcess, settings: Any) -> None:
    settings.OIDC_ISSUERS = [issuer.describe()]
    find_publisher.cache_clear()


@pytest.fixture
def ada(user: Any, issuer: IssuerProcess) -> Any:
    link(user, issuer.address, SUBJECT)
    return user


def ask(token: str) -> Any:
    return Client().get("/api/me", headers={"Authorization": f"Bearer {token}"})


def rewrite(token: str, **header: Any) -> str:
    """Return the token with another header, and so with a signature that is not its own."""
    _, payload, signature = token.split(".")
    part = urlsafe_b64encode(json.dumps(header).encode()).decode().rstrip("=")
    return f"{part}.{payload}.{signature}"


class TestKit(ProviderKit):
    name = "auth_oidc"
    has_roles = False

    @pytest.fixture(autouse=True)
    def signing(self, issuer: IssuerProcess) -> None:
        self.issuer = issuer

    def make_headers(self, user: Any) -> Headers:
        if find_linked(self.issuer.address, SUBJECT) is None:
            link(user, self.issuer.address, SUBJECT)
        return {"Authorization": f"Bearer {self.issuer.sign()}"}

    def make_bad_headers(self) -> Headers:
        return {"Authorization": f"Bearer {self.issuer.sign(aud='another')}"}


def test_a_token_that_the_issuer_makes_is_good(issuer: IssuerProcess, user: Any) -> None:
    link(user, issuer.address, "machine")
    assert ask(issuer.get_machine_token()).json()["username"] == "ada"
    assert AuthEvent.objects.filter(event="login", provider="auth_oidc", user=user).exists()


@pytest.mark.parametrize(
    ("claims", "status"),
    [
        ({"aud": ["other", "urn:service"]}, 200),
        ({"nbf": time.time() + 5000}, 401),
        ({"iat": time.time() + 5000, "exp": time.time() + 9000}, 401),
        ({"exp": time.time() - 5}, 401),
        ({"exp": None}, 401),
        ({"exp": True}, 401),
        ({"exp": "soon"}, 401),
        ({"aud": "other"}, 401),
        ({"aud": None}, 401),
        ({"aud": {"urn:service": 1}}, 401),
        ({"iss": "https://login.example.org"}, 401),
        ({"iss": None}, 401),
        ({"sub": None}, 401),
        ({"sub": 7}, 401),
        ({"sub": "x" * 256}, 401),
        ({"sub": "ada\0"}, 401),
        ({"cnf": {"jkt": "x"}}, 401),
    ],
)
def test_claims_decide(
    issuer: IssuerProcess, ada: Any, claims: dict[str, Any], status: int
) -> None:
    assert ask(issuer.sign(**claims)).status_code == status


def test_clocks_may_differ_by_a_minute(issuer: IssuerProcess, ada: Any) -> None:
    soon = time.time() + 45
    assert ask(issuer.sign(iat=soon, nbf=soon)).status_code == 200


@pytest.mark.parametrize(
    ("clients", "sender", "status"),
    [((), {}, 200), (("web",), {"azp": "web"}, 200), (("web",), {"client_id": "web"}, 200),
     (("web",), {"azp": "other"}, 401), (("web",), {}, 401), (("web",), {"azp": ["web"]}, 401)],
)  # fmt: skip
def test_only_named_clients_get_in(
    issuer: IssuerProcess, ada: Any, settings: Any, clients: Any, sender: Any, status: int
) -> None:
    settings.OIDC_ISSUERS = [issuer.describe(clients=clients)]
    assert ask(issuer.sign(**sender)).status_code == status


def test_an_audience_may_be_in_another_claim(
    issuer: IssuerProcess, ada: Any, settings: Any
) -> None:
    settings.OIDC_ISSUERS = [issuer.describe(audience=("web",), audience_claim="client_id")]
    assert ask(issuer.sign(aud=None, client_id="web")).status_code == 200
    assert ask(issuer.sign(aud="web")).status_code == 401


def test_hostile_headers_are_refused(issuer: IssuerProcess, ada: Any) -> None:
    public = issuer.ask("key")
    good = issuer.sign()
    assert ask(good).status_code == 200
    claims = jwt.decode(good, options={"verify_signature": False})
    head, payload, _ = good.split(".")
    by_public_key = f"{rewrite(good, alg='HS256').partition('.')[0]}.{payload}"
    signature = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256)
    mac = urlsafe_b64encode(signature.sign(by_public_key.encode(), public.encode())).decode()
    hostile = [
        jwt.encode(claims, "", "none"),
        rewrite(good, alg="none"),
        f"{by_public_key}.{mac.rstrip('=')}",
        rewrite(good, alg=7),
        rewrite(good, alg="RS256", kid=["x"]),
        issuer.sign({"crit": ["b64"], "b64": True}),
        issuer.sign({"typ": "logout+jwt"}),
        f"{head}.{payload}.AAAA",
        f"{head}.{payload}.{'A' * 20_000}",
        f"{head}..",
    ]
    assert [ask(token).status_code for token in hostile] == [401] * len(hostile)


def test_no_address_in_a_header_is_followed(issuer: IssuerProcess, ada: Any) -> None:
    """With these the token is as good as without them: they are not looked at."""
    elsewhere = {
        "jku": "http://127.0.0.1:1/jwks",
        "x5u": "http://127.0.0.1:1/",
        "jwk": {"kty": "x"},
    }
    assert ask(issuer.sign(elsewhere)).status_code == 200
    forged = jwt.encode({"iss": issuer.address}, "x" * 32, "HS256", elsewhere)
    assert ask(forged).status_code == 401


def test_a_refusal_is_the_challenge_of_its_scheme(issuer: IssuerProcess, ada: Any) -> None:
    challenge = ask(issuer.sign(aud="other"))["WWW-Authenticate"]
    assert challenge.count("Bearer") == 1
    assert INVALID in challenge
    assert INVALID not in Client().get("/api/me")["WWW-Authenticate"]


def test_tokens_of_auth_jwt_go_on_beside_it(issuer: IssuerProcess, ada: Any, rf: Any) -> None:
    from django.utils import timezone

    from auth_jwt.tokens import issue_pair

    now = timezone.now()
    own = issue_pair(begin_session(rf.get("/"), ada, now), now)["accessToken"]
    assert ask(str(own)).json() == ask(issuer.sign(realm_access={"roles": ["user"]})).json()


def test_an_unknown_subject_is_refused(issuer: IssuerProcess) -> None:
    answer = ask(issuer.sign(sub="stranger"))
    assert (answer.status_code, answer.json()["code"]) == (401, "unknown_account")
    assert not get_user_model().objects.exists()


def test_an_unknown_subject_may_be_made_once(issuer: IssuerProcess, settings: Any) -> None:
    settings.OIDC_ISSUERS = [issuer.describe(create_users=True)]
    token = issuer.sign(
        sub="stranger", preferred_username="grace", realm_access={"roles": ["user"]}
    )
    first, second = ask(token).json(), ask(token).json()
    assert first == second
    assert (first["username"], first["roles"]) == ("grace@main", ["user"])
    (made,) = get_user_model().objects.all()
    assert not made.has_usable_password()
    assert (made.is_staff, made.is_superuser) == (False, False)


def test_a_name_at_the_issuer_is_no_name_here(
    issuer: IssuerProcess, admin: Any, settings: Any
) -> None:
    settings.OIDC_ISSUERS = [issuer.describe(create_users=True)]
    names = [
        ask(issuer.sign(sub=f"s{number}", preferred_username=name)).json()["username"]
        for number, name in enumerate(["admin", "admin", "a b", 7, None])
    ]
    assert names[0] == "admin@main"
    assert len(set(names)) == 5
    assert all(name.startswith("main-") for name in names[1:])


@pytest.mark.parametrize(
    ("claims", "roles"),
    [
        ({"realm_access": {"roles": ["admin", "user", "ruler"]}}, ["admin", "user"]),
        ({"realm_access": {"roles": "user other"}}, ["user"]),
        ({"realm_access.roles": ["user"]}, ["user"]),
        ({"realm_access": {"roles": {"admin": True}}}, []),
        ({"realm_access": [["admin"]]}, []),
        ({"roles": ["admin"]}, []),
        ({}, []),
    ],
)
def test_roles_come_from_the_claim(
    issuer: IssuerProcess, ada: Any, claims: Any, roles: list[str]
) -> None:
    assert ask(issuer.sign(**claims)).json()["roles"] == roles


def test_without_the_claim_roles_are_those_of_the_account(
    issuer: IssuerProcess, ada: Any, settings: Any
) -> None:
    settings.OIDC_ISSUERS = [issuer.describe(roles_claim="")]
    assert ask(issuer.sign(realm_access={"roles": ["admin"]})).json()["roles"] == ["user"]


def test_a_user_who_was_deleted_elsewhere_does_not_come_back(
    issuer: IssuerProcess, ada: Any, another_admin: Any, settings: Any
) -> None:
    ada.groups.clear()
    get_user_model().objects.filter(pk=ada.pk)._raw_delete("default")
    assert ask(issuer.sign()).status_code == 401
    settings.OIDC_ISSUERS = [issuer.describe(create_users=True)]
    assert ask(issuer.sign()).json()["username"].startswith("main-")


def test_a_known_subject_costs_two_queries(
    issuer: IssuerProcess, ada: Any, settings: Any, django_assert_num_queries: Any
) -> None:
    settings.OIDC_ISSUERS = [issuer.describe(roles_claim="")]
    token = issuer.sign()
    ask(token)
    with django_assert_num_queries(2):
        ask(token)
