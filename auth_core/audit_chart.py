"""How many logins and failures there were on each of the last days, and their drawing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, Q
from django.db.models.functions import TruncDate
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString

from auth_core.models import AuthEvent, EventName

DAYS = 14
FAILURES = (EventName.FAILURE, EventName.LOCK, EventName.REPLAY)
# The drawing's units: its bars begin right of the numbers of the axis.
LEFT, TOP, WIDTH, HEIGHT = 30, 8, 20, 80
BAR = 8


@dataclass(frozen=True)
class Bar:
    """A rectangle of the drawing."""

    x: int
    y: float
    height: float


@dataclass(frozen=True)
class Day:
    """The numbers of a day, and its bars."""

    date: date
    logins: int
    failures: int
    x: int
    login_bar: Bar
    failure_bar: Bar


def count_days() -> list[Day]:
    """Return the last 14 days, UTC, today last. The query reads the events of these days alone."""
    today = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)
    first = today - timedelta(days=DAYS - 1)
    failed = Q(event__in=FAILURES)
    rows = (
        AuthEvent.objects.filter(failed | Q(event=EventName.LOGIN), at__gte=first)
        .order_by()
        .annotate(day=TruncDate("at"))
        .values_list("day")
        .annotate(all=Count("pk"), failures=Count("pk", filter=failed))
    )
    counts = {day: (total - failures, failures) for day, total, failures in rows}
    unit = HEIGHT / max([1, *(number for pair in counts.values() for number in pair)])
    days = [(first + timedelta(days=number)).date() for number in range(DAYS)]
    return [_draw(day, number, unit, *counts.get(day, (0, 0))) for number, day in enumerate(days)]


def _draw(day: date, number: int, unit: float, logins: int, failures: int) -> Day:
    x = LEFT + number * WIDTH
    bars = [
        Bar(x + shift, round(TOP + HEIGHT - count * unit, 1), round(count * unit, 1))
        for shift, count in ((1, logins), (1 + BAR, failures))
    ]
    return Day(day, logins, failures, x, *bars)


def draw_days() -> SafeString:
    """Return the drawing as HTML, with its numbers in a table."""
    days = count_days()
    most = max([1, *(max(day.logins, day.failures) for day in days)])
    return render_to_string("auth_core/days.html", {"days": days, "most": most})
