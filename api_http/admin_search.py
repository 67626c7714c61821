"""The search of lists in the admin, bounded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
else:
    ModelAdmin = admin.ModelAdmin

# Characters. Every word and every searched column is a condition of its own, and SQLite refuses
# more than 1,000 of them: a whole text pasted into the search box would be a server error.
LONGEST_SEARCH = 200


class SearchLimit(ModelAdmin):
    """Searches by the first 200 characters, without NUL, which PostgreSQL refuses."""

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        searched = search_term.replace("\0", "")[:LONGEST_SEARCH]
        return super().get_search_results(request, queryset, searched)
