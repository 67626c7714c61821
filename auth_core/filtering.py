"""The DRF filter backend by which plain views obey permissions.toml."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from rest_framework.filters import BaseFilterBackend
from rest_framework.request import Request


class PolicyFilterBackend(BaseFilterBackend):
    """Gives a view the rows that its permission classes let the caller reach: PolicyPermission's `narrow_rows`.

    A queryset that cannot be filtered any more, as it is cut or combined, is left as it is and counts as not asked for.
    """

    asks_permissions = True

    def filter_queryset(
        self, request: Request, queryset: QuerySet[Any], view: Any
    ) -> QuerySet[Any]:
        """Narrow the rows."""
        if (
            not isinstance(queryset, QuerySet)
            or queryset.query.is_sliced
            or queryset.query.combinator
        ):
            return queryset
        for permission in view.get_permissions():
            if ask := getattr(permission, "narrow_rows", None):
                queryset = ask(request, view, getattr(view, "action", None), queryset)
        return queryset
