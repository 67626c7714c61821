"""Files in the admin: stored and checked as by the API, and read with the same rights."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client

from tests.admin_pages import address_of, read_form
from tests.conftest import add_user
from tests.installed import install, served_anew
from tests.policies import ALL, READ, write_policy
from tests.test_files import HARMLESS, PDF, draw, list_stored

pytestmark = pytest.mark.usefixtures("archive", "permitted")


@pytest.fixture(scope="module")
def archive(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    with install(django_db_blocker, "tests.archive.urls", "tests.archive"), served_anew():
        yield


def permit(policy: Any, record: str) -> None:
    policy(write_policy(ALL) + f"[Record]\n{record}\n[Page]\n{ALL}\n")


@pytest.fixture
def permitted(policy: Any) -> None:
    permit(policy, ALL)


@pytest.fixture
def media(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "media"
    return tmp_path / "media"


@pytest.fixture
def record() -> Any:
    find: Any = apps.get_model
    return find("archive", "Record")


@pytest.fixture
def staff(transactional_db: None, media: Path) -> Client:
    """A person with all rights in the admin who is no superuser, so the policy limits them."""
    from django.contrib.auth.models import Permission

    user = add_user("eve", None, "user", is_staff=True)
    user.user_permissions.set(Permission.objects.all())
    client = Client()
    client.force_login(user)
    return client


def make(record: Any, **values: Any) -> Any:
    return record.objects.create(title="a", **values)


def post(client: Client, row: Any, **values: Any) -> Any:
    address = address_of(type(row), "change", row.pk)
    form = read_form(client.get(address))
    sent = {name: value for name, value in form.items() if not hasattr(value, "field")}
    inline = {"pages-TOTAL_FORMS": "0", "pages-INITIAL_FORMS": "0"}
    return client.post(address, {**sent, **inline, **values})


def upload(content: bytes = PDF, name: str = "a.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def test_a_form_stores_replaces_and_clears_a_file(staff: Client, record: Any, media: Path) -> None:
    row = make(record)
    for content, name in ((PDF, "a.pdf"), (b"text", "b.txt")):
        answer = post(staff, row, scan=upload(content, name))
        assert answer.status_code == 302, answer.context["adminform"].form.errors
        (stored,) = list_stored(media)
        assert stored.endswith(f"-{name.partition('.')[2]}-{name}")
    assert post(staff, row, **{"scan-clear": "on"}).status_code == 302
    assert list_stored(media) == []
    row.refresh_from_db()
    assert not row.scan


@pytest.mark.parametrize(
    ("field", "content"),
    [("photo", PDF), ("photo", b"<svg/>"), ("scan", b""), ("scan", b"a" * 300)],
)
def test_a_form_refuses_what_the_api_refuses(
    staff: Client, record: Any, media: Path, settings: Any, field: str, content: bytes
) -> None:
    settings.FILE_MAX_SIZE = 200
    answer = post(staff, make(record), **{field: upload(content, "a.png")})
    assert answer.status_code == 200
    assert field in answer.context["adminform"].form.errors
    assert list_stored(media) == []


def test_a_longer_form_is_not_read(staff: Client, record: Any, settings: Any) -> None:
    settings.FILE_MAX_SIZE = 200
    assert post(staff, make(record), scan=upload(b"a" * 2**21)).status_code == 413


def test_pages_lead_to_a_file_that_is_saved(staff: Client, record: Any) -> None:
    row = make(record, scan=ContentFile(b"<script>", "a.html"))
    address = f"/admin/archive/record/{row.pk}/file/scan/"
    assert f'href="{address}"' in staff.get(address_of(record, "change", row.pk)).text
    assert f'href="{address}"' in staff.get(address_of(record, "changelist")).text
    answer: Any = staff.get(address)
    assert b"".join(answer.streaming_content) == b"<script>"
    answer.close()
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    assert answer["Content-Disposition"] == 'attachment; filename="a.html"'
    assert HARMLESS.items() <= answer.headers.items()
    for missing in ("photo", "title", "other"):
        assert staff.get(address.replace("scan", missing)).status_code == 404


def test_nobody_else_reads_it(staff: Client, record: Any, policy: Any) -> None:
    row = make(record, scan=ContentFile(PDF, "a.pdf"))
    address = f"/admin/archive/record/{row.pk}/file/scan/"
    assert Client().get(address).status_code == 302
    permit(policy, f'{ALL}\nfields.view.scan = ["admin"]')
    assert staff.get(address).status_code in (403, 404)
    assert "a.pdf" not in staff.get(address_of(record, "change", row.pk)).text
    permit(policy, READ.replace('"all"', '["admin"]'))
    assert staff.get(address).status_code in (302, 403, 404)


def test_a_file_that_may_not_be_changed_is_only_shown(
    staff: Client, record: Any, policy: Any, media: Path
) -> None:
    row = make(record, scan=ContentFile(PDF, "a.pdf"))
    permit(policy, f'{ALL}\nfields.update.scan = ["admin"]')
    page = staff.get(address_of(record, "change", row.pk))
    assert f'href="/admin/archive/record/{row.pk}/file/scan/"' in page.text
    assert 'name="scan"' not in page.text
    before = list_stored(media)
    post(staff, row, scan=upload(b"text", "b.txt"), title="b")
    assert list_stored(media) == before


def test_an_inline_stores_a_file(staff: Client, record: Any, media: Path) -> None:
    row = make(record)
    inline = {
        "pages-TOTAL_FORMS": "1",
        "pages-INITIAL_FORMS": "0",
        "pages-0-record": row.pk,
        "pages-0-scan": upload(),
    }
    assert post(staff, row, **inline).status_code == 302
    assert len(list_stored(media)) == 1
    shown = staff.get(address_of(record, "change", row.pk))
    assert shown.status_code == 200
    row.delete()
    assert list_stored(media) == []


def test_a_list_is_filtered_by_whether_there_is_a_file(staff: Client, record: Any) -> None:
    make(record, scan=ContentFile(PDF, "a.pdf"))
    record.objects.create(title="without")
    found = staff.get(address_of(record, "changelist"), {"scan__isempty": "1"})
    assert [row.title for row in found.context["cl"].result_list] == ["without"]


def test_a_failed_form_leaves_no_file(
    staff: Client, record: Any, media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from entity_api.admin.base import LimitedAdmin

    def refuse(*_: Any) -> None:
        raise PermissionError

    monkeypatch.setattr(LimitedAdmin, "save_related", refuse)
    with pytest.raises(PermissionError):
        post(staff, make(record), scan=upload(draw(), "a.png"))
    assert list_stored(media) == []


def test_a_command_keeps_and_drops_files_as_well(
    record: Any, media: Path, transactional_db: None
) -> None:
    row = make(record, scan=ContentFile(PDF, "a.pdf"))
    row.scan = ContentFile(b"text", "b.txt")
    row.save()
    (stored,) = list_stored(media)
    assert stored.endswith("-4-txt-b.txt")
    with transaction.atomic():
        row.delete()
        assert list_stored(media) == [stored]
        transaction.set_rollback(True)
    assert list_stored(media) == [stored]
    record.objects.all().delete()
    assert list_stored(media) == []
