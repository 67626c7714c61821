"""Uploads to one row at once: the row names one file, which is there, and no other is left over."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from django.apps import apps
from django.core.files.base import ContentFile
from django.db import connection, transaction

from tests.databases import make_database
from tests.installed import install
from tests.processes import find_free_port, run_python, serve
from tests.test_admin_races import meanwhile

pytestmark = pytest.mark.exhaustive

AT_ONCE = 6
ROUNDS = 5
BOUNDARY = "a-line-between-the-parts"
Send = Callable[..., tuple[int, str, bytes]]


@pytest.fixture(scope="module")
def media(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("media")


@pytest.fixture(scope="module")
def call(media: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Send]:
    """Send a request to an open service; the answer is its status, its ETag and its body."""
    with make_database(tmp_path_factory.mktemp("files")) as url:
        variables = {
            "AUTH_PLUGINS": "",
            "DATABASE_URL": url,
            "DJANGO_SETTINGS_MODULE": "tests.archive.settings",
            "ARCHIVE_FILES": str(media),
        }
        made = run_python("manage.py", "migrate", "--run-syncdb", **variables)
        assert made.returncode == 0, made.stderr
        with serve(find_free_port(), **variables) as address:
            yield lambda *arguments, **headers: send(address, *arguments, **headers)


def send(
    address: str, method: str, path: str, file: bytes | None = None, **headers: str
) -> tuple[int, str, bytes]:
    body = b"{}" if method == "POST" else None
    kind = "application/json"
    if file is not None:
        part = 'Content-Disposition: form-data; name="file"; filename="a.txt"'
        body = f"--{BOUNDARY}\r\n{part}\r\n\r\n".encode() + file + f"\r\n--{BOUNDARY}--".encode()
        kind = f"multipart/form-data; boundary={BOUNDARY}"
    request = Request(f"{address}{path}", body, {"Content-Type": kind, **headers}, method=method)
    try:
        with urlopen(request, timeout=60) as response:
            return response.status, response.headers.get("ETag", ""), response.read()
    except HTTPError as error:
        return error.code, "", error.read()


def race(call: Send, requests: list[tuple[Any, ...]], **headers: str) -> list[int]:
    with ThreadPoolExecutor(len(requests)) as pool:
        answers = list(pool.map(lambda request: call(*request, **headers), requests))
    return [status for status, _, _ in answers]


def add_record(call: Send) -> str:
    return f"/api/records/{json.loads(call('POST', '/api/records')[2])['id']}"


def list_contents(media: Path) -> list[bytes]:
    return [path.read_bytes() for path in media.rglob("*") if path.is_file()]


def make_uploads(address: str, number: int) -> list[tuple[Any, ...]]:
    path = f"{address}/scan"
    return [("POST", path, f"{number}-{writer}".encode()) for writer in range(AT_ONCE)]


def test_of_many_uploads_the_last_is_kept(call: Send, media: Path) -> None:
    address = add_record(call)
    for number in range(ROUNDS):
        uploads = make_uploads(address, number)
        assert race(call, uploads) == [200] * AT_ONCE
        status, _, content = call("GET", f"{address}/scan")
        assert (status, list_contents(media)) == (200, [content])
        assert content in [upload[2] for upload in uploads]
    assert call("DELETE", address)[0] == 200
    assert list_contents(media) == []


def test_of_many_uploads_on_one_state_one_is_done(call: Send, media: Path) -> None:
    address = add_record(call)
    for number in range(ROUNDS):
        uploads = make_uploads(address, number)
        statuses = race(call, uploads, **{"If-Match": call("GET", address)[1]})
        assert sorted(statuses) == [200] + [412] * (AT_ONCE - 1)
        kept = uploads[statuses.index(200)][2]
        assert call("GET", f"{address}/scan")[2] == kept
        assert list_contents(media) == [kept]
    assert call("DELETE", address)[0] == 200


@pytest.mark.parametrize("what", ["", "/scan"])
def test_an_upload_and_a_deletion_leave_no_other_file(call: Send, media: Path, what: str) -> None:
    for number in range(ROUNDS):
        address = add_record(call)
        assert call("POST", f"{address}/scan", b"first")[0] == 200
        *uploads, deletion = race(
            call, [*make_uploads(address, number)[:2], ("DELETE", f"{address}{what}")]
        )
        assert deletion == 200
        assert set(uploads) <= {200, 404}
        status, _, content = call("GET", f"{address}/scan")
        assert list_contents(media) == ([content] if status == 200 else [])
        if call("DELETE", address)[0] == 404:
            assert what == ""
        assert list_contents(media) == []


@pytest.fixture(scope="module")
def archive(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    with install(django_db_blocker, "tests.archive.urls", "tests.archive"):
        yield


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")
def test_two_commands_that_save_a_row_leave_one_file(
    archive: None, transactional_db: None, settings: Any, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path
    find: Any = apps.get_model
    row = find("archive", "Record").objects.create(scan=ContentFile(b"first", "a.txt"))
    other, saved = find("archive", "Record").objects.get(), Event()

    def save(each: Any, content: bytes) -> None:
        each.scan = ContentFile(content, "a.txt")
        each.save()

    with ThreadPoolExecutor(1) as pool:
        before = pool.submit(meanwhile, lambda: save(row, b"second"), saved)
        assert saved.wait(30)
        with transaction.atomic():
            save(other, b"third")
        before.result()
    assert list_contents(tmp_path) == [b"third"]
