"""How values look on the wire."""

from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from django.utils.translation import gettext_lazy

from api_http.json import JSONRenderer


@pytest.mark.parametrize(
    ("value", "rendered"),
    [
        (None, b""),
        ([], b"[]"),
        ({"at": datetime(2026, 1, 2, 3, 4, 5, 600_000, UTC)}, b'{"at":"2026-01-02T03:04:05.600Z"}'),
        ({"on": date(2026, 1, 2)}, b'{"on":"2026-01-02"}'),
        ([UUID(int=1)], b'["00000000-0000-0000-0000-000000000001"]'),
        ([gettext_lazy("text"), "é", float("nan")], '["text","é",null]'.encode()),
    ],
)
def test_a_value_has_one_form(value: object, rendered: bytes) -> None:
    assert JSONRenderer().render(value) == rendered


def test_a_value_without_a_form_is_a_fault() -> None:
    with pytest.raises(TypeError, match="not JSON serializable"):
        JSONRenderer().render({"a": object()})
