"""The routes of a to-many link, such as `/api/customers/:id/orders`: list, connect, set, disconnect."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from entities.api.fields import find_linked
from entities.api.pages import answer_page, prefers_count
from entities.api.problems import writing
from entities.api.registry import VIEWSETS
from entities.api.serializer import change_links
from entities.query.parameters import read_parameters

if TYPE_CHECKING:
    from entities.api.viewset import EntityViewSet

    Base = EntityViewSet
else:
    Base = object


class LinkActions(Base):
    """The four methods of every to-many route; the router says by `link` which one is meant."""

    link: str = ""

    def list_links(self, request: Request, id: str) -> Response:
        parent = self.find(id)
        target = VIEWSETS[self._described_link.model].open(request, "list")
        rows = target.get_queryset().filter(**{self._described_link.inverse: parent})
        arguments = read_parameters(request.META["QUERY_STRING"])
        page = target.search(arguments, rows)
        total = target.count(arguments, rows) if prefers_count(request) else None
        return answer_page(request, target.get_serializer(page.rows, many=True).data, page, arguments, total)

    def connect_links(self, request: Request, id: str) -> Response:
        return self._change_links(request, id, "connect", status.HTTP_201_CREATED)

    def set_links(self, request: Request, id: str) -> Response:
        return self._change_links(request, id, "set", status.HTTP_200_OK)

    def disconnect_links(self, request: Request, id: str) -> Response:
        return self._change_links(request, id, "disconnect", status.HTTP_200_OK)

    @property
    def _described_link(self) -> Any:
        return self.entity.links[self.link]

    def _change_links(self, request: Request, id: str, verb: str, answer: int) -> Response:
        parent = self.find(id)
        target = VIEWSETS[self._described_link.model].open(request, "partial_update")
        rows = find_linked(target.get_queryset(), request.data)
        with writing(self._described_link.model, {}):
            change_links(parent, self._described_link.column, verb, rows)
        return Response(status=answer)
