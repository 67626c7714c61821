"""The routes of a to-many link, such as `/api/customers/:id/orders`: list, connect, set, disconnect."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rest_framework.exceptions import NotFound
from rest_framework.response import Response

from entity_api.access import deny_field
from entity_api.description.link_fields import find_linked
from entity_api.description.registry import VIEWSETS, describe_entity
from entity_api.links import find_link_scope
from entity_api.query.parameters import read_parameters
from entity_api.rest.conditions import read_condition
from entity_api.rest.pages import answer_page, prefers_count
from entity_api.writing.link_changes import change_links, record_change
from entity_api.writing.problems import writing

if TYPE_CHECKING:
    from django.http import HttpResponse
    from rest_framework.request import Request

    from entity_api.description.entity import Relation
    from entity_api.rest.viewset import EntityViewSet


def list_linked(viewset: EntityViewSet, request: Request, key: str) -> HttpResponse:
    """Answer the rows linked to the row `key`, as a list of their own entity's with its parameters."""
    link = _find_link(viewset, "retrieve")
    target = VIEWSETS[link.target].open(request, "list")
    rows = target.rows("list").filter(**{link.reverse_lookup: viewset.find(key)})
    arguments = read_parameters(request.META.get("QUERY_STRING", ""))
    page = target.search(arguments, rows)
    total = target.count(arguments, rows) if prefers_count(request) else None
    return answer_page(request, target.show_all(page.rows), page, arguments, total)


def change_linked(
    viewset: EntityViewSet, request: Request, key: str, verb: str, status: int
) -> Response:
    """Connect, set or disconnect the rows that the body names; the answer has no body.

    A condition of the request is about the parent row. The answer to such a request has the parent's new ETag.
    """
    link, condition = _find_link(viewset, "partial_update"), read_condition(viewset)
    headers = {}
    with writing(link.target, from_body=False):
        parent = viewset.find(key, "partial_update", lock=True)
        scope = find_link_scope(viewset, link)
        if condition:
            condition.require(parent)
        if change_links(parent, link.field, verb, find_linked(scope.rows, request.data), scope):
            record_change(parent)
        if condition:
            headers["ETag"] = condition.make_tag(parent)
    return Response(status=status, headers=headers)


def _find_link(viewset: EntityViewSet, action: str) -> Relation:
    if viewset.link not in viewset.permit(action):
        raise deny_field(viewset, action, viewset.link)
    link = describe_entity(type(viewset)).relations[viewset.link]
    if link.target not in VIEWSETS:
        raise NotFound
    return link
