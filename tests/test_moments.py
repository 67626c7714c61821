"""Times and days: RFC 3339 in input, three digits of milliseconds in storage and answers."""

from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest
from rest_framework.exceptions import ValidationError
from rest_framework.test import APIClient

from api_http.json import write_moment
from entity_api.description.fields import DateField, DateTimeField, TimeField
from entity_api.description.moments import parse_day, parse_moment, parse_time
from tests.graph import ask, ask_data
from tests.rest import find_pointers
from tests.shop.models import Customer

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)

READ = {
    "2026-01-31T12:00:00Z": NOON,
    "2026-01-31t12:00:00z": NOON,
    "2026-01-31 12:00:00Z": NOON,
    "2026-01-31T12:00Z": NOON,
    "2026-01-31T12:00:00": NOON,
    "2026-01-31": NOON.replace(hour=0),
    "2026-01-31T12:00:00-00:00": NOON,
    "2026-01-31T13:30:00+01:30": NOON,
    "2026-01-30T13:00:00-23:00": NOON,
    "2026-01-31T12:00:00.5Z": NOON + timedelta(milliseconds=500),
    "2026-01-31T12:00:00.123456789Z": NOON + timedelta(microseconds=123456),
    "2024-02-29T00:00:00Z": datetime(2024, 2, 29, tzinfo=UTC),
    "2016-12-31T23:59:60Z": datetime(2017, 1, 1, tzinfo=UTC),
    "2016-12-31T23:59:60.9Z": datetime(2017, 1, 1, tzinfo=UTC),
    "2017-01-01T00:59:60+01:00": datetime(2017, 1, 1, tzinfo=UTC),
}
NOT_READ = [
    "",
    "now",
    "2026",
    "2026-01",
    "20260101",
    "2026-W01-1",
    "2026-001",
    "1712121212345",
    "1764290775123",
    "2026-1-31",
    "2026-01-31T",
    "2026-01-31T12",
    "2026-01-31T1200Z",
    "2026-01-31X12:00:00Z",
    "2026-01-31T12:00:00,5Z",
    "2026-01-31T12:00:00.Z",
    "2026-01-31T12:00:00+0100",
    "2026-01-31T12:00:00+01",
    "2026-01-31T12:00:00+24:00",
    "2026-01-31T12:00:00+01:60",
    "2026-01-31T12:00:00 00:00",
    "2026-01-31T12:00:00ZZ",
    "2026-01-31T24:00:00Z",
    "2026-01-31T12:60:00Z",
    "2026-01-31T12:00:60Z",
    "2026-01-31T12:00:61Z",
    "2026-02-29T12:00:00Z",
    "2026-13-01T12:00:00Z",
    "0000-01-01T00:00:00Z",
    "0001-01-01T00:00:00+00:01",
    "9999-12-31T23:59:00-00:01",
    "9999-12-31T23:59:60Z",
    "-2026-01-31T12:00:00Z",
    " 2026-01-31T12:00:00Z",
    "2026-01-31T12:00:00Z\n",
    "\u0662\u0660\u0662\u0666-01-31T12:00:00Z",
    "2026-01-31T12:00:00." + "1" * 31 + "Z",
]


@pytest.mark.parametrize("text", READ)
def test_a_time_of_rfc_3339_is_read(text: str) -> None:
    assert parse_moment(text) == READ[text]
    assert DateTimeField().run_validation(text) == datetime.fromisoformat(write_moment(READ[text]))


@pytest.mark.parametrize("value", [*NOT_READ, 0, 1764290775123, None, True, [], {}])
def test_anything_else_is_no_time(value: object) -> None:
    with pytest.raises(ValueError, match="a date and time such as"):
        parse_moment(value)
    with pytest.raises(ValidationError):
        DateTimeField().run_validation(value)


@pytest.mark.parametrize(
    "value", ["08", "25:00", "08:30Z", "1970-01-01T25:00:00Z", "1970-01-01T08:30:00", "", 1]
)
def test_a_time_of_a_day_is_also_one_of_the_first_day(value: object) -> None:
    assert str(parse_time("1970-01-01T08:30:00.500Z")) == str(parse_time("08:30:00.5"))
    assert str(TimeField().run_validation("1970-01-01T08:30:00Z")) == "08:30:00"
    for refused in (value, "2026-01-31T08:30:00Z", "1970-01-01T08:30:00+01:00"):
        with pytest.raises(ValueError, match="a time such as"):
            parse_time(refused)
        with pytest.raises(ValidationError):
            TimeField().run_validation(refused)


@pytest.mark.parametrize(
    "value", ["20260101", "2026-W01-1", "2026-02-29", "2026-1-1", "2026-01-01T00:00:01Z", "", 1]
)
def test_only_a_full_date_or_its_midnight_is_a_day(value: object) -> None:
    assert str(parse_day("2024-02-29T00:00:00Z")) == str(parse_day("2024-02-29")) == "2024-02-29"
    assert str(DateField().run_validation("2024-02-29")) == "2024-02-29"
    with pytest.raises(ValueError, match="a date such as"):
        parse_day(value)
    with pytest.raises(ValidationError):
        DateField().run_validation(value)


@pytest.mark.parametrize(
    "text", ["1712121212345", "20260101", "2026-W01-1", "2026-01-01X00:00:00Z"]
)
def test_a_filter_refuses_what_is_no_time(rest: APIClient, text: str) -> None:
    assert find_pointers(rest.get(f"/api/customers?where[createdAt][gt]={text}")) == [
        "#/where/createdAt/gt"
    ]
    query = "query ($where: CustomerWhereInput) { customers(where: $where) { id } }"
    (error,) = ask(rest, query, where={"createdAt": {"gt": text}})["errors"]
    assert error["extensions"]["errors"][0]["pointer"] == "#/where/createdAt/gt"


def test_every_answer_has_three_digits_and_finds_its_row_again(rest: APIClient) -> None:
    made = rest.post("/api/customers", {}).json()
    (listed,) = rest.get("/api/customers").json()
    (queried,) = ask_data(rest, "{ customers { id createdAt updatedAt } }")["customers"]
    read = rest.get(f"/api/customers/{made['id']}").json()
    for shown in (listed, read, made | queried):
        assert shown == made
    # What `new Date(text).toISOString()` gives.
    for name in ("createdAt", "updatedAt"):
        milliseconds = datetime.fromisoformat(made[name]).isoformat(timespec="milliseconds")
        assert made[name] == milliseconds.replace("+00:00", "Z")
        assert rest.get(f"/api/customers?{urlencode({f'where[{name}]': made[name]})}").json() == [
            made
        ]
        assert (
            rest.get(f"/api/customers?{urlencode({f'where[{name}][gt]': made[name]})}").json() == []
        )


@pytest.mark.parametrize("microsecond", [0, 1, 999, 1000, 5000, 123_456, 999_999])
def test_no_road_stores_more_than_milliseconds(db: None, microsecond: int) -> None:
    moment = NOON.replace(microsecond=microsecond)
    kept = NOON.replace(microsecond=microsecond // 1000 * 1000)
    row, other = Customer.objects.create(), Customer(created_at=moment)
    assert row.created_at.microsecond % 1000 == row.updated_at.microsecond % 1000 == 0
    Customer.objects.bulk_create([other])
    Customer.objects.filter(pk=row.pk).update(created_at=moment, updated_at=moment)
    row.refresh_from_db()
    assert (row.created_at, row.updated_at) == (kept, kept)
    row.created_at = moment
    row.save()
    assert row.created_at == Customer.objects.get(pk=row.pk).created_at == kept


def test_a_change_never_leaves_the_time_as_it_was(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = Customer.objects.create()
    monkeypatch.setattr("django.utils.timezone.now", lambda: row.updated_at)
    before = row.updated_at
    row.save(update_fields=["updated_at"])
    assert row.updated_at == Customer.objects.get().updated_at == before + timedelta(milliseconds=1)
