"""Own actions that answer a file: it is streamed as a download, within the permissions."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO, StringIO
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.files import File
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.db.models import FileField
from django.db.models.fields.files import FieldFile
from rest_framework.exceptions import ValidationError

from entity_api import entity_action
from tests.graph import ask_error
from tests.own_actions import serve
from tests.policies import ALL, call_as, make_user, write_policy
from tests.rest import assert_problem, read_stored
from tests.shop.models import Order
from tests.shop.viewsets import OrderViewSet

pytestmark = [pytest.mark.django_db]
PDF = b"%PDF-1.7 an invoice"
HTML = "<html><script>alert('ü')</script></html>"


class PrintingViewSet(OrderViewSet):
    returned: Any = None

    @entity_action(policy="invoice", output=File)
    def invoice(self, row: Any, data: Any) -> Any:
        row.quantity += 1
        row.save()
        return type(self).returned

    @entity_action(policy="export", output=File, many=True)
    def export(self, rows: Any, data: Any) -> Any:
        lines = "".join(f"{row.quantity}\n" for row in rows.order_by("quantity"))
        return ContentFile(lines, "orders.csv")

    @entity_action(policy="broken", output=File, many=True)
    def broken(self, rows: Any, data: Any) -> Any:
        raise ValidationError("No paper.")


class Watched(BytesIO):
    """Fails while it is read, once it is told to."""

    fails = False

    def read(self, size: int | None = -1, /) -> bytes:
        if self.fails:
            raise OSError
        return super().read(size)


@pytest.fixture(autouse=True)
def served(monkeypatch: pytest.MonkeyPatch, settings: Any, policy: Callable[[str], Any]) -> None:
    serve(monkeypatch, settings, orders=PrintingViewSet)
    policy(write_policy(ALL))


@pytest.fixture
def order() -> Order:
    return Order.objects.create(quantity=1)


@pytest.fixture
def client() -> Any:
    return call_as(make_user("ada", "user"))


@pytest.fixture
def give(monkeypatch: pytest.MonkeyPatch) -> Callable[[Any], None]:
    return lambda returned: monkeypatch.setattr(PrintingViewSet, "returned", returned)


def test_a_file_of_a_row_is_a_download_with_its_type(client: Any, order: Order, give: Any) -> None:
    give(ContentFile(PDF, "../Invoice\r\n 7.pdf"))
    answer = client.post(f"/api/orders/{order.pk}/invoice")
    assert (answer.status_code, answer.getvalue()) == (200, PDF)
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Length"] == str(len(PDF))
    assert answer["Content-Disposition"] == 'attachment; filename="Invoice_7.pdf"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer["Cache-Control"] == "private, no-cache"
    order.refresh_from_db()
    assert order.quantity == 2


@pytest.mark.parametrize("content", [HTML, HTML.encode(), f"<svg>{HTML}</svg>"])
def test_no_page_is_answered(client: Any, order: Order, give: Any, content: Any) -> None:
    give(ContentFile(content, "page.html"))
    answer = client.post(f"/api/orders/{order.pk}/invoice")
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    assert answer["Content-Disposition"].startswith("attachment")
    sent = answer.getvalue()
    assert sent == (content.encode() if isinstance(content, str) else content)
    assert answer["Content-Length"] == str(len(sent))


def test_a_file_is_sent_from_its_beginning(client: Any, order: Order, give: Any) -> None:
    buffer = BytesIO()
    buffer.write(PDF)
    give(File(buffer, "a.pdf"))
    assert client.post(f"/api/orders/{order.pk}/invoice").getvalue() == PDF


def test_the_file_of_a_row_is_answered_by_its_name(
    client: Any, order: Order, give: Any, settings: Any, tmp_path: Any
) -> None:
    settings.MEDIA_ROOT = tmp_path
    (tmp_path / "0123456789abcdef-19-pdf-bill.pdf").write_bytes(PDF)
    give(FieldFile(None, FileField(), "0123456789abcdef-19-pdf-bill.pdf"))  # type: ignore[arg-type]
    answer = client.post(f"/api/orders/{order.pk}/invoice")
    assert answer.getvalue() == PDF
    assert answer["Content-Disposition"] == 'attachment; filename="bill.pdf"'


@pytest.mark.parametrize("name", ["", "0123456789abcdef-19-pdf-gone.pdf", "gone.pdf"])
def test_a_row_without_its_file_is_not_found(
    client: Any, order: Order, give: Any, settings: Any, tmp_path: Any, name: str
) -> None:
    settings.MEDIA_ROOT = tmp_path
    give(FieldFile(None, FileField(), name))  # type: ignore[arg-type]
    before = read_stored()
    assert_problem(client.post(f"/api/orders/{order.pk}/invoice"), 404)
    assert read_stored() == before


def test_a_list_has_the_rows_that_where_finds(client: Any, order: Order) -> None:
    Order.objects.create(quantity=5)
    assert client.post("/api/orders/export").getvalue() == b"1\n5\n"
    assert client.post("/api/orders/export?where[quantity][gt]=3").getvalue() == b"5\n"


@pytest.mark.parametrize(("rule", "status"), [('["admin"]', 403), ('"own"', 404)])
def test_a_denial_answers_no_byte(
    policy: Any, client: Any, order: Order, give: Any, rule: str, status: int
) -> None:
    policy(write_policy(Order=f"{ALL}\ninvoice = {rule}\nexport = {rule}"))
    give(ContentFile(PDF, "a.pdf"))
    before = read_stored()
    answer = client.post(f"/api/orders/{order.pk}/invoice")
    assert_problem(answer, status)
    assert b"PDF" not in answer.content
    assert read_stored() == before
    listed = client.post("/api/orders/export")
    assert listed.status_code == 403 or listed.getvalue() == b""


@pytest.mark.parametrize(
    "wrong", [None, PDF, {"a": 1}, BytesIO(PDF), File(BytesIO(PDF)), File(StringIO("a"))]
)
def test_anything_else_is_an_error_that_changes_nothing(
    client: Any, order: Order, give: Any, wrong: Any
) -> None:
    give(wrong)
    before = read_stored()
    with pytest.raises(ImproperlyConfigured, match=r"PrintingViewSet\.invoice"):
        client.post(f"/api/orders/{order.pk}/invoice")
    assert read_stored() == before


def test_a_file_of_text_has_to_be_opened_for_bytes(
    client: Any, order: Order, give: Any, tmp_path: Any
) -> None:
    (tmp_path / "a.csv").write_text("ä", encoding="utf-8")
    opened = (tmp_path / "a.csv").open(encoding="utf-8")
    give(File(opened, "a.csv"))
    with pytest.raises(ImproperlyConfigured, match="for bytes"):
        client.post(f"/api/orders/{order.pk}/invoice")
    assert opened.closed


def test_an_error_of_the_method_is_the_answer(client: Any) -> None:
    assert_problem(client.post("/api/orders/broken"), 400)


def test_the_file_is_closed_after_it_was_sent(client: Any, order: Order, give: Any) -> None:
    watched = Watched(PDF)
    give(File(watched, "a.pdf"))
    answer = client.post(f"/api/orders/{order.pk}/invoice")
    assert not watched.closed
    assert answer.getvalue() == PDF
    assert watched.closed


def test_the_file_is_closed_after_an_error_while_it_is_sent(
    client: Any, order: Order, give: Any
) -> None:
    watched = Watched(PDF)
    give(File(watched, "a.pdf"))
    answer = client.post(f"/api/orders/{order.pk}/invoice")
    watched.fails = True
    with pytest.raises(OSError):  # noqa: PT011 (it has no words)
        answer.getvalue()
    assert watched.closed


def test_a_result_out_of_reach_closes_the_file(
    monkeypatch: pytest.MonkeyPatch, client: Any, order: Order, give: Any
) -> None:
    watched, before = Watched(PDF), read_stored()
    give(File(watched, "a.pdf"))
    monkeypatch.setattr(PrintingViewSet, "keeps", lambda *_: False)
    assert_problem(client.post(f"/api/orders/{order.pk}/invoice"), 403)
    assert watched.closed
    assert read_stored() == before


def test_graphql_has_no_such_operation(client: Any) -> None:
    message = ask_error(client, "mutation { exportOrders }")["message"]
    assert "Cannot query field" in message


def test_the_openapi_document_says_that_it_is_bytes(client: Any) -> None:
    paths = client.get("/api/schema").json()["paths"]
    for address in ("/api/orders/{id}/invoice", "/api/orders/export"):
        content = paths[address]["post"]["responses"]["200"]["content"]
        assert list(content) == ["application/octet-stream"]


def test_the_command_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("entities", "Order")
    assert "of a list, not in GraphQL, answers File" in capsys.readouterr().out
