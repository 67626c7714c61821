"""The keys of a real issuer: rotated, withdrawn, and out of reach. No wait is without a bound."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from threading import Thread
from typing import Any

import pytest
from django.test import Client

from auth_oidc import fetching, published
from auth_oidc.diagnosis import diagnose_issuers
from auth_oidc.fetching import FetchError, fetch_document
from auth_oidc.identities import link
from auth_oidc.issuers import Issuer
from auth_oidc.keys import read_keys
from auth_oidc.published import find_publisher
from tests.plugins.oidc import IssuerProcess, run_issuer

pytestmark = [pytest.mark.exhaustive, pytest.mark.django_db]


@pytest.fixture
def issuer(user: Any, settings: Any) -> Iterator[IssuerProcess]:
    find_publisher.cache_clear()
    with run_issuer() as process:
        settings.OIDC_ISSUERS = [process.describe()]
        link(user, process.address, "ada-at-issuer")
        yield process


def ask(token: str) -> Any:
    return Client().get("/api/me", headers={"Authorization": f"Bearer {token}"})


def count_fetches(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    fetched: list[str] = []

    def fetch(url: str) -> Any:
        fetched.append(url)
        return fetch_document(url)

    monkeypatch.setattr(published, "fetch_document", fetch)
    return fetched


def test_a_new_key_is_fetched_once_in_a_time(
    issuer: IssuerProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetched = count_fetches(monkeypatch)
    old = issuer.sign()
    assert [ask(old).status_code for _ in range(3)] == [200] * 3
    assert len(fetched) == 2
    # Any caller can name unknown keys. They make us ask no more.
    assert {ask(issuer.sign({"kid": f"made-up-{n}"})).status_code for n in range(5)} == {401}
    assert len(fetched) == 2
    monkeypatch.setattr(published, "PAUSE", 0)
    find_publisher.cache_clear()
    ask(old)
    issuer.ask("rotate")
    new = issuer.sign()
    assert ask(new).status_code == 200
    # The withdrawn key is gone with the renewal.
    assert ask(old).status_code == 401


def test_known_keys_outlive_their_issuer(
    issuer: IssuerProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(published, "FRESH", 0)
    monkeypatch.setattr(published, "PAUSE", 0)
    good, unknown = issuer.sign(), issuer.sign({"kid": "unknown"})
    assert ask(good).status_code == 200
    issuer.stop()
    assert ask(good).status_code == 200
    answer = ask(unknown)
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert ask(good).status_code == 200
    monkeypatch.setattr(published, "STALE", 0)
    assert ask(good).status_code == 503


def test_without_keys_an_issuer_that_is_down_is_a_503_that_asks_again(
    issuer: IssuerProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetched = count_fetches(monkeypatch)
    token = issuer.sign()
    issuer.stop()
    assert [ask(token).status_code for _ in range(3)] == [503] * 3
    page = Client().get("/account/oidc/main/login")
    assert (page.status_code, page["Retry-After"]) == (503, "5")
    # The second and the third request know of the failure.
    assert len(fetched) == 1
    assert [finding.ok for finding in diagnose_issuers()] == [False]


def test_doctor_finds_the_issuer(issuer: IssuerProcess) -> None:
    (finding,) = diagnose_issuers()
    assert finding.ok, finding.detail


@pytest.fixture
def silent() -> Iterator[str]:
    """The address of a server that takes requests and does not answer."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


def test_a_silent_issuer_is_waited_for_within_a_bound(
    silent: str, settings: Any, monkeypatch: pytest.MonkeyPatch, issuer: IssuerProcess
) -> None:
    monkeypatch.setattr(fetching, "SECONDS", 0.5)
    token = issuer.sign(iss=silent)
    settings.OIDC_ISSUERS = [Issuer("silent", silent, ("urn:service",))]
    begun = time.monotonic()
    assert ask(token).status_code == 503
    assert time.monotonic() - begun < 5


def serve_once(head: bytes, part: bytes, times: int, pause: float = 0) -> str:
    server = socket.create_server(("127.0.0.1", 0))

    def answer() -> None:
        with server, server.accept()[0] as peer:
            try:
                peer.recv(65536)
                peer.sendall(head)
                for _ in range(times):
                    peer.sendall(part)
                    time.sleep(pause)
            except OSError:
                pass

    Thread(target=answer, daemon=True).start()
    return f"http://127.0.0.1:{server.getsockname()[1]}/"


OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n"


@pytest.mark.parametrize(
    ("head", "part", "times", "pause"),
    [
        (OK + b"{}", b" " * 2**16, 100, 0),
        (OK, b" ", 50, 0.1),
        (b"HTTP/1.1 200 OK\r\n", b"A: b\r\n", 50, 0.1),
        (b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\n\r\n", b"{}", 1, 0),
        (OK, b"[]", 1, 0),
        (OK, b"{", 1, 0),
        (b"junk\r\n\r\n", b"", 1, 0),
    ],
    ids=["long", "slow", "slow-head", "redirect", "list", "broken", "junk"],
)
def test_an_answer_is_bounded_in_time_and_length(
    head: bytes, part: bytes, times: int, pause: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "SECONDS", 1)
    begun = time.monotonic()
    with pytest.raises(FetchError):
        fetch_document(serve_once(head, part, times, pause))
    assert time.monotonic() - begun < 3


def test_metadata_of_another_issuer_is_not_taken(issuer: IssuerProcess, settings: Any) -> None:
    alias = issuer.address.replace("127.0.0.1", "localhost")
    settings.OIDC_ISSUERS = [issuer.describe(), Issuer("alias", alias, ("urn:service",))]
    assert ask(issuer.sign(iss=alias)).status_code == 503


def test_weak_and_foreign_keys_are_left_out() -> None:
    usable = {"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}
    odd: list[Any] = [
        None,
        {},
        {"kty": "oct", "k": "c2VjcmV0"},
        {"kty": "RSA", "n": "AQAB", "e": "AQAB"},
        {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"},
        {"kty": ["RSA"]},
        usable | {"use": "enc"},
        usable | {"alg": "HS256"},
        usable | {"d": "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"},
        usable | {"x": "!"},
    ]
    assert list(read_keys(odd)) == []
    (key,) = read_keys([usable])
    assert key.algorithms == {"EdDSA"}
    assert len(list(read_keys([usable] * 1000))) == 50
