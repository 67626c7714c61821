"""Filters, search and order of a list in the admin, saved by a person under a name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar
from urllib.parse import parse_qsl, urlencode

from django.conf import settings
from django.contrib.admin.options import IS_FACETS_VAR, IS_POPUP_VAR, TO_FIELD_VAR
from django.contrib.admin.views.main import ALL_VAR, ERROR_FLAG, ORDER_VAR, PAGE_VAR
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q, QuerySet

# Of a person for a list, and of others' that a list shows.
MOST_OWN = 20
MOST_SHARED = 50
# Characters.
LONGEST_NAME = 60
LONGEST_QUERY = 2_000
LONGEST_ORDER = 500
# The order is saved by the names of the columns: their numbers differ from person to person.
NOT_SAVED = {ALL_VAR, ERROR_FLAG, ORDER_VAR, PAGE_VAR, IS_FACETS_VAR, IS_POPUP_VAR, TO_FIELD_VAR}


class SavedFilter(models.Model):
    """A name for a query string of a list. The list applies it under the policy of its reader."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    # Such as "entities.customer".
    model = models.CharField(max_length=200)
    name = models.CharField(max_length=LONGEST_NAME)
    query = models.CharField(max_length=LONGEST_QUERY, blank=True)
    # Names of columns with commas between. A minus stands before those that are sorted downwards.
    order = models.CharField(
        max_length=LONGEST_ORDER, blank=True, validators=[RegexValidator(r"\A-?\w+(,-?\w+)*\Z")]
    )
    is_shared = models.BooleanField(default=False)

    class Meta:
        default_permissions = ()
        ordering = ("name", "pk")
        constraints: ClassVar[Any] = [
            models.UniqueConstraint(fields=["owner", "model", "name"], name="saved_filter_name")
        ]
        indexes: ClassVar[Any] = [models.Index(fields=["model", "is_shared"])]

    def __str__(self) -> str:
        return self.name


def list_own(user: Any, model: str) -> QuerySet[SavedFilter]:
    return SavedFilter.objects.filter(owner=user, model=model)


def list_shared(user: Any, model: str) -> QuerySet[SavedFilter]:
    """Return the filters that others share, at most 50."""
    shared = SavedFilter.objects.filter(model=model, is_shared=True)
    return shared.exclude(owner=user)[:MOST_SHARED]


def list_editable(user: Any) -> QuerySet[SavedFilter]:
    """Return the user's own filters, for a superuser also all that are shared."""
    reached = Q(owner=user)
    if user.is_superuser:
        reached |= Q(is_shared=True)
    return SavedFilter.objects.filter(reached)


def clean_query(text: str) -> str:
    """Return the filters and the search of a query string, sorted. The rest is left out."""
    pairs = parse_qsl(text, keep_blank_values=True)
    return urlencode(sorted(pair for pair in pairs if pair[0] not in NOT_SAVED))


def name_order(numbers: str, columns: Sequence[str]) -> str:
    """Return the names of columns for a list's `o`, such as `-email,phone` for `-2.3`."""
    known = {str(number): name for number, name in enumerate(columns) if name.isidentifier()}
    parts = dict.fromkeys(numbers.split("."))
    found = [(part[: part.startswith("-")], known.get(part.removeprefix("-"))) for part in parts]
    return ",".join(f"{sign}{name}" for sign, name in found if name)


def number_order(names: str, columns: Sequence[str]) -> str:
    """Return a list's `o` for names of columns. Columns that the list lacks are left out."""
    signed = [(name[: name.startswith("-")], name.removeprefix("-")) for name in names.split(",")]
    return ".".join(f"{sign}{columns.index(name)}" for sign, name in signed if name in columns)
