"""The routes of a to-many link, such as `/api/customers/:id/orders`: list, connect, set, disconnect."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rest_framework.response import Response

from entities.api.fields import find_linked
from entities.api.pages import answer_page, prefers_count
from entities.api.problems import writing
from entities.api.registry import VIEWSETS
from entities.api.serializer import change_links
from entities.query.parameters import read_parameters

if TYPE_CHECKING:
    from rest_framework.request import Request

    from entities.api.viewset import EntityViewSet


def list_linked(viewset: EntityViewSet, request: Request, key: str) -> Response:
    """Answer the rows linked to the row `key`, as a list of their own entity's with its parameters."""
    link = viewset.entity.links[viewset.link]
    target = VIEWSETS[link.model].open(request, "list")
    rows = target.get_queryset().filter(**{link.inverse: viewset.find(key)})
    arguments = read_parameters(request.META["QUERY_STRING"])
    page = target.search(arguments, rows)
    total = target.count(arguments, rows) if prefers_count(request) else None
    return answer_page(request, target.get_serializer(page.rows, many=True).data, page, arguments, total)


def change_linked(viewset: EntityViewSet, request: Request, key: str, verb: str, status: int) -> Response:
    """Connect, set or disconnect the rows that the body names; the answer has no body."""
    link = viewset.entity.links[viewset.link]
    parent = viewset.find(key)
    target = VIEWSETS[link.model].open(request, "partial_update")
    rows = find_linked(target.get_queryset(), request.data)
    with writing(link.model, {}):
        change_links(parent, link.column, verb, rows)
    return Response(status=status)
