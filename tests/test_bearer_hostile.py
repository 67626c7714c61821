"""No token, signed or not, is more than a 401 with a short detail."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from rest_framework.test import APIClient

from tests.tokens import HEADER, encode, make_claims, sign

VALUES: tuple[Any, ...] = (
    None,
    True,
    False,
    0,
    1,
    -1,
    1.5,
    1e30,
    10**30,
    -(10**30),
    2**63,
    "",
    "x",
    "1",
    "\0",
    [],
    ["x"],
    {},
    {"a": 1},
)
FUTURE = 4_000_000_000
# Any text is an id, the past is no fault in a time of issue, nor the future in one of expiry.
HARMLESS: dict[str, list[tuple[type, Any]]] = {
    "jti": [(str, text) for text in ("", "x", "1", "\0")],
    "iat": [(int, time) for time in (0, 1, -1, -(10**30))],
    "exp": [(int, time) for time in (10**30, 2**63)],
}
HOSTILE_CLAIMS = [
    (claim, value)
    for claim in ("iss", "aud", "sub", "jti", "iat", "exp", "nbf", "sid")
    for value in VALUES
    if (type(value), value) not in HARMLESS.get(claim, ())
] + [
    ("aud", ["django-auth-service"]),
    ("aud", ["django-auth-service", 1]),
    ("aud", "django-auth-service "),
    ("iss", "Django-Auth-Service"),
    ("sub", "admin"),
    ("sub", "00000000-0000-0000-0000-000000000000"),
    ("sub", "9" * 4000),
    ("sub", "\ud800"),
    ("exp", FUTURE + 0.5),
    ("exp", str(FUTURE)),
    ("exp", 1),
    ("iat", FUTURE),
    ("nbf", FUTURE),
    ("sid", "00000000-0000-0000-0000-000000000000"),
    ("sid", "9" * 4000),
    ("gen", 1),
    ("token_type", "access"),
    ("scope", "admin"),
]  # fmt: skip
HOSTILE_HEADERS: list[Any] = [
    {"alg": "HS256"},
    {"alg": "HS256", "typ": "JWT"},
    {"alg": "HS256", "typ": "rt+jwt"},
    {"alg": "HS256", "typ": ["at+jwt"]},
    {"alg": "HS256", "typ": None},
    {"typ": "at+jwt"},
    *(HEADER | {"alg": alg} for alg in ("none", "None", "", "hs256", "HS512", "RS256")),
    *(HEADER | {"alg": alg} for alg in VALUES),
    HEADER | {"alg": ["HS256"]},
    *(HEADER | {"kid": kid} for kid in (1, "", "x", "../../../../dev/null", "' OR 1=1 --", "\0", None, ["x"])),
    HEADER | {"jku": "https://example.org/jwks.json"},
    HEADER | {"x5u": "https://example.org/key.pem"},
    HEADER | {"x5c": ["MIIB"]},
    HEADER | {"jwk": {"kty": "oct", "k": "YWRtaW4"}},
    HEADER | {"cty": "JWT"},
    HEADER | {"enc": "A256GCM", "zip": "DEF"},
    dict(reversed(HEADER.items())),
    b'{"alg": "HS256", "typ": "at+jwt"}',
    b'{"alg":"HS256","typ":"at+jwt","alg":"HS256"}',
    HEADER | {"crit": ["b64"], "b64": False},
    HEADER | {"b64": False},
    HEADER | {"crit": ["exp"]},
    HEADER | {"crit": "exp"},
    HEADER | {"crit": []},
    [],
    "HS256",
    1,
    None,
    b"",
    b"\xff",
    b"{",
    b'{"alg":"HS256","typ":"at+jwt"',
    b"[" * 2000,
    b'{"alg":' + b"9" * 5000 + b"}",
]  # fmt: skip
HOSTILE_PAYLOADS: list[Any] = [
    [],
    "x",
    1,
    None,
    True,
    {},
    b"",
    b"\xff\xfe",
    b"\xef\xbb\xbf{}",
    b"{",
    b"{}x",
    b"NaN",
    b'{"a":' * 1000,
    b'{"a":' * 800 + b"1" + b"}" * 800,
    b"[" * 3000 + b"]" * 3000,
    b"9" * 5000,
    *(b'{"exp":%s}' % number for number in (b"NaN", b"Infinity", b"-Infinity", b"1e999", b"9" * 5000)),
]  # fmt: skip
UNSIGNED: list[Callable[[str], str]] = [
    lambda token: "",
    lambda token: ".",
    lambda token: "..",
    lambda token: "...",
    lambda token: "a.b.c",
    lambda token: "null",
    lambda token: "undefined",
    lambda token: "a" * 1_000_000,
    lambda token: ("a" * 300_000 + ".") * 3,
    lambda token: "." * 8000,
    lambda token: token[:-1],
    lambda token: token[:-10] + token[-9:],
    lambda token: token + "=",
    lambda token: token + "A",
    lambda token: token + ".",
    lambda token: token + "." + token,
    lambda token: "." + token,
    lambda token: token.rpartition(".")[0],
    lambda token: token.rpartition(".")[0] + ".",
    lambda token: token.replace(".", ".."),
    lambda token: token.replace(".", " "),
    lambda token: token.upper(),
    lambda token: token.swapcase(),
    lambda token: f'"{token}"',
    lambda token: f"<{token}>",
    lambda token: token[::-1],
    lambda token: (
        encode(b'{"alg":"none","typ":"at+jwt"}').decode() + "." + token.split(".")[1] + "."
    ),
    lambda token: ".".join((token.split(".")[0], token.split(".")[0], token.split(".")[2])),
]


@pytest.fixture
def caller(db: None) -> Any:
    user = get_user_model()(username="ada")
    user.set_unusable_password()
    user.save()
    return user


@pytest.fixture(autouse=True)
def no_token_breaks_the_provider(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    yield
    assert not [record for record in caplog.records if record.name == "auth_core.faults"]


def assert_refused(api: APIClient, token: str) -> None:
    response = api.get("/api/me", headers={"Authorization": f"Bearer {token}"})
    assert response.status_code == 401
    assert len(response.json()["detail"]) < 100
    assert response["WWW-Authenticate"].startswith("Bearer ")


@pytest.mark.parametrize(("claim", "value"), HOSTILE_CLAIMS)
def test_it_refuses_a_signed_claim(api: APIClient, caller: Any, claim: str, value: Any) -> None:
    assert_refused(api, sign(make_claims(caller, **{claim: value})))


@pytest.mark.parametrize("header", HOSTILE_HEADERS)
def test_it_refuses_a_signed_header(api: APIClient, caller: Any, header: Any) -> None:
    assert_refused(api, sign(make_claims(caller), header))


@pytest.mark.parametrize("payload", HOSTILE_PAYLOADS)
def test_it_refuses_a_signed_payload(api: APIClient, caller: Any, payload: Any) -> None:
    assert_refused(api, sign(payload))


@pytest.mark.parametrize("spoil", UNSIGNED)
def test_it_refuses_an_unsigned_token(
    api: APIClient, caller: Any, spoil: Callable[[str], str]
) -> None:
    assert_refused(api, spoil(sign(make_claims(caller))))


@pytest.mark.parametrize("key", ["admin", "a-secret-key-for-the-tests-and-for-nothing-else"])
def test_it_refuses_a_token_of_another_key(api: APIClient, caller: Any, key: str) -> None:
    assert_refused(api, sign(make_claims(caller), key=key))


@pytest.mark.parametrize("digest", ["sha384", "sha512"])
def test_it_refuses_another_algorithm_with_the_right_key(
    api: APIClient, caller: Any, digest: str
) -> None:
    assert_refused(
        api, sign(make_claims(caller), HEADER | {"alg": f"HS{digest[3:]}"}, digest=digest)
    )


def test_it_refuses_a_bomb_before_parsing_it(
    api: APIClient, caller: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    parsed: list[object] = []
    monkeypatch.setattr(
        "auth_jwt.tokens.jwt.decode", lambda *arguments, **_: parsed.append(arguments)
    )
    assert_refused(api, sign(make_claims(caller, x="x" * 20_000_000)))
    assert parsed == []


def test_the_same_shapes_with_nothing_wrong_are_taken(api: APIClient, caller: Any) -> None:
    for claims in (make_claims(caller), make_claims(caller, jti="x", iat=1, exp=10**30)):
        response = api.get("/api/me", headers={"Authorization": f"Bearer {sign(claims)}"})
        assert response.status_code == 200
