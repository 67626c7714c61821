"""Files of a row on REST: written as a form, shown as an object, read as bytes, and removed."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image
from rest_framework.test import APIClient

from auth_core.authentication import ProviderAuthentication
from entity_api.description.registry import VIEWSETS
from tests.lab_files import Paper
from tests.overriding import Override
from tests.rest import MISSING, assert_problem, find_pointers

PDF = b"%PDF-1.7 some pages"
HARMLESS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
}


def draw(format_name: str = "PNG", size: tuple[int, int] = (3, 2)) -> bytes:
    buffer = BytesIO()
    Image.new("RGB", size).save(buffer, format_name)
    return buffer.getvalue()


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "media"
    return tmp_path / "media"


@pytest.fixture
def address(committed: None, lab: APIClient) -> str:
    return f"/api/papers/{lab.post('/api/papers', {'title': 'a'}).json()['id']}"


def send(
    client: Any, address: str, content: bytes = PDF, name: str = "report.pdf", **headers: Any
) -> Any:
    file = SimpleUploadedFile(name, content, content_type="text/html")
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.post(address, {"file": file}, format="multipart", headers=named)


def fetch(client: Any, address: str, **headers: str) -> tuple[Any, bytes]:
    """Return the answer and its whole body. The file is closed."""
    answer = client.get(address, headers=headers)
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    answer.close()
    return answer, body


def list_stored(media: Path) -> list[str]:
    return sorted(path.name for path in media.rglob("*") if path.is_file())


def test_a_file_is_written_shown_and_read(lab: APIClient, address: str) -> None:
    written = send(lab, f"{address}/scan")
    assert written.status_code == 200, written.content
    shown = written.json()["scan"]
    assert shown == {
        "name": "report.pdf",
        "size": len(PDF),
        "contentType": "application/pdf",
        "url": f"{address}/scan",
    }
    assert lab.get(address).json() == written.json()
    assert lab.get("/api/papers").json() == [written.json()]
    read, body = fetch(lab, shown["url"])
    assert (read.status_code, body) == (200, PDF)
    assert read["Content-Type"] == "application/pdf"
    assert read["Content-Length"] == str(len(PDF))
    assert read["Content-Disposition"] == 'attachment; filename="report.pdf"'
    assert HARMLESS.items() <= read.headers.items()


def test_another_file_takes_its_place(lab: APIClient, address: str, media: Path) -> None:
    send(lab, f"{address}/scan")
    send(lab, f"{address}/scan", b"text", "notes.txt")
    (stored,) = list_stored(media)
    assert stored.endswith("-4-txt-notes.txt")
    assert fetch(lab, f"{address}/scan")[1] == b"text"


def test_a_file_is_removed(lab: APIClient, address: str, media: Path) -> None:
    send(lab, f"{address}/scan")
    removed = lab.delete(f"{address}/scan")
    assert (removed.status_code, removed.json()["scan"]) == (200, None)
    assert list_stored(media) == []
    assert_problem(lab.get(f"{address}/scan"), 404)
    assert_problem(lab.delete(f"{address}/scan"), 404)


def test_the_files_of_a_deleted_row_are_deleted(lab: APIClient, address: str, media: Path) -> None:
    send(lab, f"{address}/scan")
    send(lab, f"{address}/photo", draw(), "a.png")
    assert len(list_stored(media)) == 2
    assert lab.delete(address).status_code == 200
    assert list_stored(media) == []


def test_an_image_is_measured(lab: APIClient, address: str) -> None:
    assert send(lab, f"{address}/photo", draw("JPEG"), "a.jpg").status_code == 200
    assert Paper.objects.values_list("width", "height").get() == (3, 2)
    assert lab.delete(f"{address}/photo").json()["photo"] is None
    assert Paper.objects.values_list("width", "height").get() == (None, None)


@pytest.mark.parametrize(
    "content",
    [
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"<html><script>alert(1)</script>",
        PDF,
        draw()[:40],
        b"\x89PNG\r\n\x1a\n",
        b"GIF89a" + b"\0" * 100,
        b"%!PS-Adobe-3.0 EPSF-3.0\n",
    ],
)
def test_what_is_no_image_is_no_image(
    lab: APIClient, address: str, content: bytes, media: Path
) -> None:
    assert find_pointers(send(lab, f"{address}/photo", content, "a.png")) == ["#/file"]
    assert lab.get(address).json()["photo"] is None
    assert list_stored(media) == []


def test_an_image_of_too_many_pixels_is_refused(lab: APIClient, address: str) -> None:
    answer = send(lab, f"{address}/photo", draw(size=(10_000, 6_000)), "a.png")
    assert "50000000 pixels" in assert_problem(answer, 400)["errors"][0]["detail"]


@pytest.mark.parametrize(
    ("content", "type_"),
    [
        (b"<html><script>alert(1)</script></html>", "text/plain; charset=utf-8"),
        (b"<svg onload='alert(1)'/>", "text/plain; charset=utf-8"),
        ("Grüße\n".encode(), "text/plain; charset=utf-8"),
        (b"a" + "é".encode() * 40_000, "text/plain; charset=utf-8"),
        (b"\xff\xfe\0<", "application/octet-stream"),
        (draw(), "image/png"),
        (draw("WEBP"), "image/webp"),
        (b"\0\1\2", "application/octet-stream"),
        (b"PK\x03\x04" + b"\0" * 26 + b"mimetypeapplication/epub+zip", "application/epub+zip"),
        (
            b"PK\x03\x04...word/document.xml",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ),
        (b"PK\x03\x04...", "application/zip"),
    ],
)
def test_the_content_alone_gives_the_type(
    lab: APIClient, address: str, content: bytes, type_: str
) -> None:
    shown = send(lab, f"{address}/scan", content, "page.html").json()["scan"]
    assert (shown["contentType"], shown["name"]) == (type_, "page.html")
    answer, body = fetch(lab, f"{address}/scan")
    assert (answer["Content-Type"], body) == (type_, content)
    assert HARMLESS.items() <= answer.headers.items()
    assert answer["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("..\\..\\boot.ini", "boot.ini"),
        ("a\0b\r\nSet-Cookie: c.pdf", "ab"),
        (".htaccess", "htaccess"),
        ("Отчёт 5.pdf", "Отчёт_5.pdf"),
        ("???", "file"),
        ("a'<b>;.pdf", "ab.pdf"),
        ("é" * 255, "é" * 70),
        ("a" * 200 + ".pdf", "a" * 66 + ".pdf"),
    ],
)
def test_a_name_is_harmless(
    lab: APIClient, address: str, name: str, shown: str, media: Path
) -> None:
    answer = send(lab, f"{address}/scan", PDF, name)
    assert answer.status_code == 200, answer.content
    assert answer.json()["scan"]["name"] == shown
    (path,) = [path for path in media.rglob("*") if path.is_file()]
    assert path.parent == media / "scans"
    assert fetch(lab, f"{address}/scan")[1] == PDF


@pytest.mark.parametrize("disposition", [
    f'name="file"; filename="{"a" * 10_000}.pdf"',
    'name="file"; filename=".."',
    'name="file"',
    'name="other"; filename="a.pdf"',
])  # fmt: skip
def test_an_odd_part_is_refused(
    lab: APIClient, address: str, disposition: str, media: Path
) -> None:
    body = f"--b\r\nContent-Disposition: form-data; {disposition}\r\n\r\nabc\r\n--b--\r\n"
    answer = lab.post(
        f"{address}/scan", body.encode(), content_type="multipart/form-data; boundary=b"
    )
    assert_problem(answer, 400)
    assert list_stored(media) == []


def test_a_form_has_one_file_and_nothing_else(lab: APIClient, address: str) -> None:
    two = {"file": [SimpleUploadedFile("a", b"a"), SimpleUploadedFile("b", b"b")]}
    assert find_pointers(lab.post(f"{address}/scan", two, format="multipart")) == ["#/file"]
    more = {"file": SimpleUploadedFile("a", b"a"), "title": "x"}
    assert find_pointers(lab.post(f"{address}/scan", more, format="multipart")) == ["#/title"]
    assert find_pointers(lab.post(f"{address}/scan", {}, format="multipart")) == ["#/file"]
    assert find_pointers(send(lab, f"{address}/scan", b"")) == ["#/file"]
    assert lab.get(address).json()["scan"] is None


def test_only_a_form_is_taken(lab: APIClient, address: str) -> None:
    assert_problem(lab.post(f"{address}/scan", {"file": "a"}, format="json"), 415)
    assert_problem(lab.post(f"{address}/scan", b"a", content_type="application/pdf"), 415)
    encoded = send(lab, f"{address}/scan", content_encoding="gzip")
    assert_problem(encoded, 415)
    assert_problem(lab.post(f"{address}/scan", b"x", content_type="multipart/form-data"), 400)
    assert find_pointers(lab.patch(address, {"scan": {"name": "a"}})) == ["#/scan"]
    assert find_pointers(lab.post("/api/papers", {"scan": None})) == ["#/scan"]


def test_an_extension_has_to_fit_the_content(lab: APIClient, address: str) -> None:
    assert send(lab, f"{address}/contract").status_code == 200
    assert find_pointers(send(lab, f"{address}/contract", PDF, "a.exe")) == ["#/file"]
    assert find_pointers(send(lab, f"{address}/contract", b"MZ\0", "a.pdf")) == ["#/file"]


def test_a_needed_file_is_replaced_and_not_removed(lab: APIClient, address: str) -> None:
    send(lab, f"{address}/contract")
    assert_problem(lab.delete(f"{address}/contract"), 400)
    assert fetch(lab, f"{address}/contract")[1] == PDF


def test_a_changed_file_is_noted_in_the_history(
    as_admin: APIClient, address: str, override: Override
) -> None:
    asked = (ProviderAuthentication,)
    override(VIEWSETS[Paper], keeps_history=True, authentication_classes=asked)
    assert send(as_admin, f"{address}/contract").status_code == 200
    (entry,) = LogEntry.objects.all()
    assert entry.get_change_message() == "Changed contract."


def test_a_file_that_is_not_edited_is_only_read(lab: APIClient, address: str) -> None:
    assert_problem(send(lab, f"{address}/sealedScan"), 405)
    assert_problem(lab.delete(f"{address}/sealedScan"), 405)
    assert_problem(lab.get(f"{address}/sealedScan"), 404)


def test_unknown_rows_have_no_files(lab: APIClient, address: str, media: Path) -> None:
    for key in (MISSING, "x"):
        assert_problem(send(lab, f"/api/papers/{key}/scan"), 404)
        assert_problem(lab.get(f"/api/papers/{key}/scan"), 404)
        assert_problem(lab.delete(f"/api/papers/{key}/scan"), 404)
    assert_problem(send(lab, f"{address}/other"), 404)
    assert_problem(send(lab, f"{address}/title"), 404)
    assert_problem(lab.put(f"{address}/scan"), 405)
    assert list_stored(media) == []


def test_a_large_file_fits_and_a_larger_one_does_not(
    lab: APIClient, address: str, settings: Any, media: Path
) -> None:
    settings.FILE_MAX_SIZE = 3 * 2**20
    assert send(lab, f"{address}/scan", b"a" * 3 * 2**20).status_code == 200
    assert_problem(send(lab, f"{address}/scan", b"a" * (3 * 2**20 + 1)), 413)
    assert_problem(send(lab, f"{address}/scan", b"a" * 4 * 2**20), 413)
    assert lab.get(address).json()["scan"]["size"] == 3 * 2**20
    assert len(list_stored(media)) == 1


def test_other_routes_keep_their_bound(lab: APIClient, address: str) -> None:
    large = b" " * 2**20 + b"{}"
    for path in (address, "/api/papers", "/graphql", f"{address}/other"):
        assert_problem(lab.post(path, large, content_type="application/json"), 413)
    assert_problem(lab.delete(f"{address}/scan", large, content_type="text/plain"), 413)
    chunked: Any = {"HTTP_TRANSFER_ENCODING": "chunked", "CONTENT_LENGTH": ""}
    assert_problem(lab.post(f"{address}/scan", b"", **chunked), 411)


def test_a_change_of_a_file_is_a_change_of_its_row(lab: APIClient, address: str) -> None:
    before = lab.get(address)
    after = send(lab, f"{address}/scan", if_match=before["ETag"])
    assert after.status_code == 200
    assert after["ETag"] == lab.get(address)["ETag"] != before["ETag"]
    assert after.json()["updatedAt"] > before.json()["updatedAt"]
    assert_problem(send(lab, f"{address}/scan", if_match=before["ETag"]), 412)
    stale = {"If-Match": before["ETag"]}
    assert_problem(lab.delete(f"{address}/scan", headers=stale), 412)


def test_a_failed_write_leaves_no_file(lab: APIClient, address: str, media: Path) -> None:
    send(lab, f"{address}/scan", if_match='"other"')
    assert list_stored(media) == []
    send(lab, f"{address}/scan")
    stored = list_stored(media)
    send(lab, f"{address}/scan", if_match='"other"')
    assert list_stored(media) == stored


def test_a_known_file_is_not_sent_again(lab: APIClient, address: str) -> None:
    send(lab, f"{address}/scan")
    known = {"If-None-Match": fetch(lab, f"{address}/scan")[0]["ETag"]}
    again, body = fetch(lab, f"{address}/scan", **known)
    assert (again.status_code, body) == (304, b"")
    send(lab, f"{address}/scan")
    assert fetch(lab, f"{address}/scan", **known)[0].status_code == 200
    head = lab.head(f"{address}/scan")
    head.close()
    assert head["Content-Length"] == str(len(PDF))


def test_lists_find_rows_with_and_without_a_file(lab: APIClient, address: str) -> None:
    other = lab.post("/api/papers", {}).json()["id"]
    send(lab, f"{address}/scan")
    send(lab, f"{address}/photo", draw(), "a.png")
    for field in ("scan", "photo"):
        for value, expected in (("false", address.rsplit("/", maxsplit=1)[-1]), ("true", other)):
            found = lab.get(f"/api/papers?where[{field}][isNull]={value}").json()
            assert [row["id"] for row in found] == [expected]
    found = lab.get("/api/papers", {"where": '{"NOT": {"scan": null}}'}).json()
    assert [row["id"] for row in found] == [address.rsplit("/", maxsplit=1)[-1]]
    for query in ("where[scan]=a", "where[scan][contains]=a", "orderBy[scan]=asc"):
        assert_problem(lab.get(f"/api/papers?{query}"), 400)


def test_a_file_that_the_storage_has_lost_is_404(lab: APIClient, address: str, media: Path) -> None:
    send(lab, f"{address}/scan")
    for path in media.rglob("*.pdf"):
        path.unlink()
    assert_problem(lab.get(f"{address}/scan"), 404)
    assert lab.delete(f"{address}/scan").status_code == 200


def test_a_file_that_was_stored_in_another_way_is_shown(
    lab: APIClient, address: str, media: Path
) -> None:
    (media / "old").mkdir(parents=True)
    (media / "old" / "a.pdf").write_bytes(PDF)
    Paper.objects.update(scan="old/a.pdf", contract="old/gone.png")
    shown = lab.get(address).json()
    assert shown["scan"]["contentType"] == "application/pdf"
    assert (shown["scan"]["name"], shown["scan"]["size"]) == ("a.pdf", len(PDF))
    assert shown["contract"] is None
    assert fetch(lab, f"{address}/scan")[1] == PDF
    assert_problem(lab.get(f"{address}/contract"), 404)
