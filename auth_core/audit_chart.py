"""How many events there were on each of the last days: the numbers of the bars in the admin."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, Q
from django.db.models.functions import TruncDate
from django.utils import timezone

from auth_core.models import AuthEvent, EventName

DAYS = 30
# The drawing is so many units high; its style is the template's.
HEIGHT = 60
REFUSALS = (EventName.FAILURE, EventName.LOCK, EventName.REPLAY)


@dataclass(frozen=True)
class Day:
    """One bar: `x` from the left, and how high its two parts are, refusals at the bottom."""

    date: date
    total: int
    refused: int
    x: int
    height: float
    refused_height: float

    @property
    def top(self) -> float:
        return HEIGHT - self.height

    @property
    def refused_top(self) -> float:
        return HEIGHT - self.refused_height


def count_days() -> list[Day]:
    """Return the last 30 days, UTC, today last."""
    today = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)
    first = today - timedelta(days=DAYS - 1)
    rows = (
        AuthEvent.objects.filter(at__gte=first)
        .order_by()
        .annotate(day=TruncDate("at"))
        .values_list("day")
        .annotate(total=Count("pk"), refused=Count("pk", filter=Q(event__in=REFUSALS)))
    )
    counts = {day: (total, refused) for day, total, refused in rows}
    unit = HEIGHT / max((total for total, _ in counts.values()), default=1)
    days = ((first + timedelta(days=number)).date() for number in range(DAYS))
    return [_draw(day, number, unit, *counts.get(day, (0, 0))) for number, day in enumerate(days)]


def _draw(day: date, number: int, unit: float, total: int, refused: int) -> Day:
    return Day(day, total, refused, number * 10, round(total * unit, 1), round(refused * unit, 1))
