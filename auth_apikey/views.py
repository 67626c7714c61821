"""The endpoints of API keys: each parses, calls the use case, answers."""

from __future__ import annotations

from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from api_http.describing import OpenApiParameter, OpenApiResponse, extend_schema
from api_http.rules import ApiRules
from auth_apikey.listing import end_own_key, find_own_key, list_keys, make_own_key, show_key
from auth_apikey.serializers import (
    ApiKeyCreateSerializer,
    ApiKeySerializer,
    CreatedApiKeySerializer,
)

TAGS = ["authentication"]
NOT_THEIRS = OpenApiResponse(description="No key of theirs.")


class ApiKeyListView(ApiRules):
    permission_classes = (IsAuthenticated,)

    @extend_schema(
        operation_id="listApiKeys",
        tags=TAGS,
        summary="The caller's own API keys, the newest first",
        responses=ApiKeySerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        return Response([show_key(key) for key in list_keys(request.user)])

    @extend_schema(
        operation_id="createApiKey",
        tags=TAGS,
        summary="Make an API key",
        description=(
            "The answer alone has the key. A key may do no more than its user, and no more than "
            "its `actions`, `entities` and `roles`. Keys and limited credentials make no keys. "
            "Needs an authentication of a few minutes ago."
        ),
        request=ApiKeyCreateSerializer,
        parameters=[
            OpenApiParameter(
                "Location", str, "header", response=[201], description="The address of the key"
            )
        ],
        responses={
            201: CreatedApiKeySerializer,
            409: OpenApiResponse(
                description="A key of theirs has the name, or they have too many."
            ),
        },
    )
    def post(self, request: Request) -> Response:
        made = make_own_key(request, request.data)
        headers = {"Location": reverse("api-key", args=[made["id"]]), "Cache-Control": "no-store"}
        return Response(made, status=201, headers=headers)


class ApiKeyView(ApiRules):
    permission_classes = (IsAuthenticated,)

    @extend_schema(
        operation_id="getApiKey",
        tags=TAGS,
        summary="One of the caller's own API keys",
        responses={200: ApiKeySerializer, 404: NOT_THEIRS},
    )
    def get(self, request: Request, id: str) -> Response:  # noqa: A002 (the id in the address)
        return Response(show_key(find_own_key(request.user, id)))

    @extend_schema(
        operation_id="deleteApiKey",
        tags=TAGS,
        summary="Revoke one of the caller's own API keys",
        responses={
            204: OpenApiResponse(description="Revoked: it is refused from now on."),
            404: NOT_THEIRS,
        },
    )
    def delete(self, request: Request, id: str) -> Response:  # noqa: A002
        end_own_key(request, id)
        return Response(status=204)
