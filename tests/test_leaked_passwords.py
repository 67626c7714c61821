"""Passwords that have leaked: looked up in a sorted file, and at a service by a part of a digest."""

from __future__ import annotations

import json
import random
import threading
from collections.abc import Callable, Iterator
from hashlib import sha1
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from rest_framework.test import APIClient

from accounts import leaked_passwords, leaked_ranges
from accounts.leaked_file import LeakedFile, is_in_file
from accounts.leaked_passwords import check_leaked_passwords
from tests.rest import find_pointers

LEAKED = "correct horse battery staple"
UNKNOWN = "analytical engines of 1837"


def digest(text: str) -> str:
    return sha1(text.encode(), usedforsecurity=False).hexdigest().upper()


def write(path: Path, lines: list[str], end: str = "\n") -> Path:
    path.write_bytes("".join(f"{line}{end}" for line in sorted(lines)).encode())
    return path


def is_refused(password: str) -> bool:
    try:
        validate_password(password)
    except ValidationError as error:
        return [each.code for each in error.error_list] == ["password_leaked"]
    return False


@pytest.fixture(autouse=True)
def asked_anew() -> Iterator[None]:
    leaked_ranges._fetch.cache_clear()
    leaked_passwords.outage.end()
    yield
    leaked_ranges._fetch.cache_clear()
    leaked_passwords.outage.end()


@pytest.mark.one_database
@pytest.mark.parametrize("count", [0, 1, 2, 3, 1000])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_each_line_is_found_and_nothing_else(tmp_path: Path, count: int, end: str) -> None:
    chance = random.Random(count)  # noqa: S311 (the same words each time)
    words = [f"{chance.random()}"[: chance.randint(3, 19)] for _ in range(count)]
    files = {
        "words": (words, str),
        "digests": ([digest(word) for word in words], str),
        "counted": ([f"{digest(word)}:{chance.randint(1, 10**7)}" for word in words], str),
    }
    for name, (lines, _) in files.items():
        path = write(tmp_path / name, list(set(lines)), end)
        assert all(is_in_file(path, word) for word in words), name
        others = ["", "0", "zebra", *(f"{word}x" for word in words[:50])]
        assert not [word for word in others if is_in_file(path, word)], name


@pytest.mark.one_database
def test_the_last_line_needs_no_end_and_case_does_not_count(tmp_path: Path) -> None:
    path = tmp_path / "words"
    path.write_bytes(b"abc\n" + LEAKED.encode())
    assert is_in_file(path, LEAKED.upper())
    assert is_in_file(path, "abc")


@pytest.mark.one_database
def test_a_look_up_reads_few_lines(tmp_path: Path) -> None:
    path = write(tmp_path / "digests", [digest(str(number)) for number in range(20_000)])
    reads = 0

    with path.open("rb") as file:
        leaked = LeakedFile(file)
        usual = leaked._read_from

        def count(place: int) -> tuple[int, bytes]:
            nonlocal reads
            reads += 1
            return usual(place)

        leaked._read_from = count  # type: ignore[method-assign]
        assert leaked.holds("19999")
    assert reads <= 25


@pytest.mark.one_database
@pytest.mark.parametrize("content", [b"\x00" * 50_000, b"\n" * 500, b"x" * 20_000, b"\xff\xfe\n"])
def test_a_file_that_is_no_list_ends_the_search(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "junk"
    path.write_bytes(content)
    assert not is_in_file(path, LEAKED)


@pytest.mark.one_database
def test_a_file_that_is_gone_refuses_nothing_and_is_logged(
    settings: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    settings.LEAKED_PASSWORDS_FILE = str(tmp_path / "gone")
    assert not is_refused(LEAKED)
    assert "leaked_passwords_unknown: LEAKED_PASSWORDS_FILE, FileNotFoundError" in caplog.text
    assert LEAKED not in caplog.text


@pytest.mark.one_database
def test_a_check_refuses_a_file_that_cannot_be_used(settings: Any, tmp_path: Path) -> None:
    path = tmp_path / "words"
    settings.LEAKED_PASSWORDS_FILE = str(path)
    assert [fault.id for fault in check_leaked_passwords()] == ["accounts.E006"]
    lines = [digest(str(number)) for number in range(1000)]
    path.write_text("\n".join(lines))
    (fault,) = check_leaked_passwords()
    assert "is not sorted at byte" in fault.msg
    assert "sort -u" in str(fault.hint)
    write(path, lines)
    assert check_leaked_passwords() == []
    settings.LEAKED_PASSWORDS_FILE = ""
    assert check_leaked_passwords() == []


class Ranges:
    """A service that speaks the protocol, and what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str | None]] = []
        self.status = 200
        self.answer: Callable[[str], bytes] = self.usual

    def usual(self, prefix: str) -> bytes:
        found = digest(LEAKED)
        lines = [f"{number:035X}:{number}" for number in range(1, 50)]
        # Padding: it must not count.
        lines += [f"{digest(UNKNOWN)[5:]}:0"]
        if found.startswith(prefix):
            lines.append(f"{found[5:]}:42")
        return "\r\n".join(lines).encode()


@pytest.fixture
def ranges(settings: Any) -> Iterator[Ranges]:
    service = Ranges()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            service.asked.append((self.path, self.headers["Add-Padding"]))
            body = service.answer(self.path.rpartition("/")[2])
            self.send_response(service.status)
            self.send_header("Location", "/elsewhere")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        def handle_error(self, *_: object) -> None:
            """A client that gave up is no fault."""

    server = Server(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    settings.LEAKED_PASSWORDS_URL = f"http://127.0.0.1:{server.server_port}/range/"
    yield service
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.one_database
def test_the_service_learns_five_digits_and_its_padding_does_not_count(ranges: Ranges) -> None:
    assert is_refused(LEAKED)
    assert is_refused(LEAKED)
    assert not is_refused(UNKNOWN)
    expected = [f"/range/{digest(text)[:5]}" for text in (LEAKED, UNKNOWN)]
    assert ranges.asked == [(path, "true") for path in expected]


def answer_long(prefix: str) -> bytes:
    return b"A" * (leaked_ranges.MOST_BYTES + 1)


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("status", "answer"),
    [
        (500, None),
        (302, None),
        (429, None),
        (200, answer_long),
        (200, lambda _: "é".encode("latin-1")),
    ],
)
def test_a_service_that_fails_refuses_nothing_and_rests(
    ranges: Ranges,
    status: int,
    answer: Callable[[str], bytes] | None,
    caplog: pytest.LogCaptureFixture,
) -> None:
    ranges.status, ranges.answer = status, answer or ranges.usual
    assert not is_refused(LEAKED)
    assert not is_refused(UNKNOWN)
    assert len(ranges.asked) == 1
    assert caplog.text.count("leaked_passwords_unknown: LEAKED_PASSWORDS_URL") == 1
    assert digest(LEAKED)[:5] not in caplog.text


@pytest.mark.one_database
def test_a_service_that_hangs_holds_nobody_up_for_long(
    ranges: Ranges, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(leaked_ranges, "SECONDS", 0.2)
    done = threading.Event()
    ranges.answer = lambda _: str(done.wait(60)).encode()
    assert not is_refused(LEAKED)
    assert not done.is_set()
    done.set()
    assert "TimeoutError" in caplog.text


@pytest.mark.one_database
def test_nothing_is_asked_by_default(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    assert (settings.LEAKED_PASSWORDS_FILE, settings.LEAKED_PASSWORDS_URL) == ("", "")
    monkeypatch.setattr(leaked_ranges, "ask", None)
    assert not is_refused(LEAKED)


@pytest.mark.django_db
def test_it_holds_on_rest_graphql_and_for_ones_own_password(
    settings: Any, tmp_path: Path, as_admin: APIClient, as_user: APIClient
) -> None:
    settings.LEAKED_PASSWORDS_FILE = str(write(tmp_path / "digests", [digest(LEAKED)]))
    body = {"username": "grace", "password": LEAKED}
    assert find_pointers(as_admin.post("/api/users", body)) == ["#/password"]
    own = {"currentPassword": "ada", "newPassword": LEAKED}
    assert find_pointers(as_user.post("/api/me/password", own)) == ["#/newPassword"]
    query = "mutation ($d: UserCreateInput!) { createUser(data: $d) { id } }"
    sent = {"query": query, "variables": {"d": body}}
    answer = as_admin.post("/graphql", json.dumps(sent), content_type="application/json").json()
    assert answer["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"
    assert as_admin.post("/api/users", {**body, "password": UNKNOWN}).status_code == 201
