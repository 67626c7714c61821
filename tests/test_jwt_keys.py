"""The key set: which key signs, which tokens are accepted, which keys are published."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from rest_framework.test import APIClient

from auth_jwt.key_set import current_key_set
from auth_jwt.keys import Key, generate_key, make_thumbprint, read_private_key
from tests.keys import ALGORITHMS, write_key
from tests.sessions import begin, refresh, statuses, use
from tests.tokens import make_claims, sign

JWKS = "/.well-known/jwks.json"
every_algorithm = pytest.mark.parametrize("algorithm", ALGORITHMS)


@pytest.fixture
def keys(settings: Any, tmp_path: Path) -> Path:
    settings.JWT_KEYS_DIR = str(tmp_path)
    return tmp_path


def move(directory: Path, key: Key, old: str, new: str) -> None:
    (directory / f"{old}-{key.kid}.pem").rename(directory / f"{new}-{key.kid}.pem")


def published(api: APIClient) -> list[dict[str, str]]:
    found: list[dict[str, str]] = api.get(JWKS).json()["keys"]
    return found


@every_algorithm
def test_a_private_key_signs_and_its_pair_is_taken(user: Any, keys: Path, algorithm: str) -> None:
    key = write_key(keys, "active", algorithm)
    pair = begin(user)
    for name, kind in (("accessToken", "at+jwt"), ("refreshToken", "rt+jwt")):
        assert jwt.get_unverified_header(pair[name]) == {
            "alg": algorithm,
            "kid": key.kid,
            "typ": kind,
        }
    assert statuses(pair) == (200, 200)
    assert statuses(refresh(pair).json()) == (200, 200)


@every_algorithm
def test_the_same_refresh_token_gives_the_same_claims_again(
    user: Any, keys: Path, algorithm: str
) -> None:
    write_key(keys, "active", algorithm)
    old = begin(user)
    first, second = (refresh(old).json()["refreshToken"] for _ in range(2))
    assert first.split(".")[:2] == second.split(".")[:2]
    assert (first == second) is (algorithm != "ES256")  # whose signatures hold a random number


@every_algorithm
def test_the_public_key_is_published_and_nothing_of_the_private(
    api: APIClient, keys: Path, algorithm: str
) -> None:
    key = write_key(keys, "active", algorithm)
    (jwk,) = published(api)
    assert (jwk["kid"], jwk["alg"], jwk["use"]) == (key.kid, algorithm, "sig")
    assert not jwk.keys() & {"d", "p", "q", "dp", "dq", "qi", "oth", "k", "key_ops"}
    assert jwt.PyJWK(jwk).key == key.verifying


def test_keys_of_all_states_are_published_and_other_files_are_not_read(
    api: APIClient, keys: Path
) -> None:
    kids = [write_key(keys, state).kid for state in ("active", "standby", "retired")]
    (keys / "notes.pem").write_text("x")
    (keys / "active.pem.old").write_text("x")
    assert [jwk["kid"] for jwk in published(api)] == kids


def test_a_secret_is_not_published(api: APIClient) -> None:
    response = api.get(JWKS)
    assert response.json() == {"keys": []}
    assert response["Cache-Control"] == "public, max-age=300"


def test_the_kid_is_the_thumbprint_of_rfc_7638() -> None:
    # The example of RFC 8037, appendices A.2 and A.3.
    members = {"crv": "Ed25519", "kty": "OKP", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}
    assert make_thumbprint(members) == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"


def test_tokens_of_a_retired_key_are_taken_until_it_is_gone(user: Any, keys: Path) -> None:
    old = write_key(keys, "active")
    pair = begin(user)
    move(keys, old, "active", "retired")
    new = write_key(keys, "active", "ES256")
    assert use(pair).status_code == 200
    renewed = refresh(pair).json()
    assert jwt.get_unverified_header(renewed["accessToken"])["kid"] == new.kid
    (keys / f"retired-{old.kid}.pem").unlink()
    assert (statuses(pair), use(renewed).status_code) == ((401, 401), 200)


def test_of_two_active_keys_the_newer_signs(keys: Path) -> None:
    write_key(keys, "active", age=5)
    newer = write_key(keys, "active")
    write_key(keys, "active", age=9)
    assert current_key_set().signer.kid == newer.kid


def test_a_single_file_may_have_a_plain_name(user: Any, keys: Path) -> None:
    (keys / "active.pem").write_bytes(generate_key("EdDSA"))
    pair = begin(user)
    assert statuses(pair) == (200, 200)
    time.sleep(0.02)  # so that the file's time differs on a coarse clock
    (keys / "active.pem").write_bytes(generate_key("EdDSA"))
    assert statuses(pair) == (401, 401)


def test_without_a_key_that_signs_nobody_is_let_in_and_nothing_breaks(
    user: Any, keys: Path, api: APIClient
) -> None:
    write_key(keys, "active")
    pair = begin(user)
    for file in keys.iterdir():
        file.unlink()
    assert statuses(pair) == (503, 503)
    assert api.get("/.well-known/jwks.json").status_code == 503


@pytest.mark.parametrize("newline", ["\n", "\\n", "\r\n"])
def test_of_the_keys_in_the_environment_the_first_signs_and_all_are_taken(
    user: Any, settings: Any, newline: str
) -> None:
    pems = [
        generate_key(algorithm).decode().replace("\n", newline) for algorithm in ("EdDSA", "ES256")
    ]
    settings.JWT_PRIVATE_KEYS = pems[1]
    pair = begin(user)
    settings.JWT_PRIVATE_KEYS = "".join(pems)
    assert [key.algorithm for key in current_key_set().keys] == ["EdDSA", "ES256"]
    assert jwt.get_unverified_header(begin(user)["accessToken"])["alg"] == "EdDSA"
    assert statuses(pair) == (200, 200)


def test_the_secret_is_worth_nothing_where_private_keys_sign(user: Any, keys: Path) -> None:
    write_key(keys, "active")
    assert use({"accessToken": sign(make_claims(user))}).status_code == 401


def encode_public(key: Key) -> list[str]:
    pem = key.verifying.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    return [pem, pem.strip(), str(key.kid), json.dumps(key.jwk)]


@every_algorithm
def test_a_public_key_is_no_secret_to_sign_with(user: Any, keys: Path, algorithm: str) -> None:
    key = write_key(keys, "active", algorithm)
    claims = make_claims(user)
    assert use({"accessToken": key.sign("at+jwt", claims)}).status_code == 200
    for alg in ("HS256", algorithm):
        header = {"alg": alg, "kid": key.kid, "typ": "at+jwt"}
        for public in encode_public(key):
            token = sign(claims, header, key=public)
            assert use({"accessToken": token}).status_code == 401


@pytest.mark.parametrize("alg", ["none", "None", "nOnE", ""])
def test_no_signature_is_none(user: Any, keys: Path, alg: str) -> None:
    key = write_key(keys, "active")
    token = sign(make_claims(user), {"alg": alg, "kid": key.kid, "typ": "at+jwt"})
    for signature in ("", ".", token.rpartition(".")[2]):
        assert use({"accessToken": f"{token.rpartition('.')[0]}.{signature}"}).status_code == 401


@every_algorithm
def test_a_key_of_ones_own_is_not_followed_from_the_header(
    user: Any, keys: Path, algorithm: str
) -> None:
    key, own = write_key(keys, "active", algorithm), read_private_key(generate_key(algorithm))
    plain: dict[str, Any] = {"typ": "at+jwt"}
    headers = [
        plain,
        plain | {"kid": key.kid},
        plain | {"kid": own.kid},
        plain | {"kid": key.kid, "jwk": own.jwk},
    ]
    headers += [plain | {"kid": key.kid, name: "https://example.org/"} for name in ("jku", "x5u")]
    for header in headers:
        token = jwt.encode(make_claims(user), own.signing, algorithm, headers=header)
        assert use({"accessToken": token}).status_code == 401


def test_a_key_is_good_for_its_own_kid_only(user: Any, keys: Path) -> None:
    first, second = write_key(keys, "active"), write_key(keys, "standby")
    header = {"kid": first.kid, "typ": "at+jwt"}
    token = jwt.encode(make_claims(user), second.signing, "EdDSA", headers=header)
    assert use({"accessToken": token}).status_code == 401


def test_no_key_is_shown(settings: Any, keys: Path) -> None:
    key = write_key(keys, "active")
    secret = settings.JWT_SECRET_KEY
    settings.JWT_KEYS_DIR = ""
    shown = repr(key) + repr(current_key_set().signer) + repr(current_key_set())
    assert "PrivateKey" not in shown
    assert secret not in shown
