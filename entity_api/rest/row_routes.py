"""Reading the rows of an entity over REST: a list, and one row. By a plan where there is one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entity_api.access import deny_row
from entity_api.query.parameters import read_parameters
from entity_api.reading.plans import plan_list, plan_row
from entity_api.rest.pages import answer_page, answer_row, prefers_count

if TYPE_CHECKING:
    from django.http import HttpResponse
    from rest_framework.request import Request

    from entity_api.rest.viewset import EntityViewSet


def list_rows(viewset: EntityViewSet, request: Request) -> HttpResponse:
    """Answer the page of the list that the query string asks for."""
    query_string = request.META.get("QUERY_STRING", "")
    if plan := plan_list(viewset, query_string):
        arguments, page = plan.arguments, plan.fetch(viewset)
        shown = page.rows
    else:
        arguments = read_parameters(query_string)
        page = viewset.search(arguments)
        shown = viewset.show_all(page.rows)
    total = viewset.count(arguments) if prefers_count(request) else None
    return answer_page(request, shown, page, arguments, total)


def read_row(viewset: EntityViewSet, request: Request, key: str) -> HttpResponse:
    """Answer the row with this id; NotFound where the caller reaches none."""
    if plan := plan_row(viewset):
        if shown := plan.find(viewset, key):
            return answer_row(request, shown)
        raise deny_row(viewset, "retrieve")
    return answer_row(request, viewset.present([viewset.find(key)], viewset.permit("retrieve"))[0])
