"""Where files are, and when the storage is asked: by Django's own storages, and as seldom as can be."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.files.storage import FileSystemStorage, default_storage
from environs import ValidationError
from openapi_spec_validator import validate
from rest_framework.test import APIClient

from entity_api import EntitySerializer
from entity_api.files.names import mark_name
from entity_api.files.types import TYPES
from entity_api.scaffolding.arguments import ArgumentReader
from entity_api.scaffolding.code import InputError
from entity_api.scaffolding.model_code import write_model
from runtime.variable_parsers import read_size
from tests.lab_files import Paper
from tests.test_files import PDF, fetch, list_stored, send
from tests.test_files_surfaces import make_document

IN_MEMORY = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}


@pytest.fixture
def media(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "media"
    return tmp_path / "media"


def add_paper(lab: APIClient) -> str:
    return f"/api/papers/{lab.post('/api/papers', {'title': 'a'}).json()['id']}"


@pytest.mark.usefixtures("committed")
def test_any_storage_of_django_keeps_the_files(lab: APIClient, settings: Any) -> None:
    settings.STORAGES = IN_MEMORY
    address = add_paper(lab)
    assert send(lab, f"{address}/scan").status_code == 200
    name = Paper.objects.get().scan.name
    assert fetch(lab, f"{address}/scan")[1] == PDF
    assert lab.delete(f"{address}/scan").status_code == 200
    assert not default_storage.exists(name)


@pytest.mark.usefixtures("committed")
def test_a_list_asks_the_storage_for_nothing(
    lab: APIClient, media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(lab, f"{add_paper(lab)}/scan")

    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError

    for name in ("size", "exists", "open", "url"):
        monkeypatch.setattr(FileSystemStorage, name, refuse)
    assert lab.get("/api/papers").json()[0]["scan"]["size"] == len(PDF)


@pytest.mark.usefixtures("committed")
def test_many_rows_are_deleted_with_their_files(lab: APIClient, media: Path) -> None:
    rows = [add_paper(lab) for _ in range(3)]
    for address in rows:
        send(lab, f"{address}/scan")
    keys = [{"id": address.rpartition("/")[2]} for address in rows]
    assert lab.delete("/api/papers/bulk", keys[:2]).status_code == 200
    assert len(list_stored(media)) == 1


@pytest.mark.usefixtures("committed")
def test_a_storage_that_cannot_delete_is_logged(
    lab: APIClient, media: Path, monkeypatch: pytest.MonkeyPatch, caplog: Any
) -> None:
    address = add_paper(lab)
    send(lab, f"{address}/scan")

    def refuse(*_: Any) -> None:
        raise OSError("The storage is away.")

    monkeypatch.setattr(FileSystemStorage, "delete", refuse)
    assert lab.delete(f"{address}/scan").status_code == 200
    assert "could not be deleted" in caplog.text


def test_a_column_without_room_for_a_name_is_a_clear_error() -> None:
    with pytest.raises(ImproperlyConfigured, match="set max_length"):
        mark_name("a" * 80 + "/b.pdf", 5, TYPES["pdf"], 100)


def test_a_serializer_can_leave_a_file_read_only() -> None:
    class PaperSerializer(EntitySerializer):
        class Meta:
            model = Paper
            fields = ("scan", "photo")
            read_only_fields = ("scan",)

    fields: Any = PaperSerializer().fields
    assert (fields["scan"].is_uploaded, fields["photo"].is_uploaded) == (False, True)


def test_openapi_is_valid_with_all_kinds(lab: APIClient, capsys: Any) -> None:
    document = make_document()
    assert "Warning" not in capsys.readouterr().err
    validate(document)


@pytest.mark.parametrize(
    ("text", "size"),
    [("10MB", 10 * 2**20), ("500kb", 500 * 2**10), ("1G", 2**30), ("7", 7), (" 2 ".strip(), 2)],
)
def test_a_size_is_read(text: str, size: int) -> None:
    assert read_size(text) == size


@pytest.mark.parametrize("text", ["", "0", "-1", "10 TB", "2GB", "1.5MB", "MB", "99999999999"])
def test_another_size_is_refused(text: str) -> None:
    with pytest.raises(ValidationError, match="a size such as"):
        read_size(text)


def test_startentity_writes_files() -> None:
    reader = ArgumentReader("Invoice", "invoices", {})
    code = write_model(reader.read(["scan:file", "photo:image!"]))
    assert 'scan = models.FileField(upload_to="invoices", blank=True)' in code
    assert 'photo = models.ImageField(upload_to="invoices")' in code
    with pytest.raises(InputError, match="cannot be unique"):
        ArgumentReader("Invoice", "invoices", {}).read(["scan:file^"])
