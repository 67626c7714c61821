"""The endpoints of logins by mail."""

from __future__ import annotations

from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from api_http.describing import OpenApiResponse, extend_schema
from api_http.rules import ApiRules
from auth_core.challenges import TakesCredentials
from auth_core.serializers import LoginSerializer, read_secrets
from auth_magic.logins import INCORRECT, confirm_login, request_login
from auth_magic.serializers import (
    MagicClientSerializer,
    MagicConfirmSerializer,
    MagicRequestSerializer,
)

NOT_STORED = {"Cache-Control": "no-store"}


class MagicView(TakesCredentials, ApiRules):
    permission_classes = (AllowAny,)

    @extend_schema(
        operation_id="requestMagicLogin",
        tags=["authentication"],
        summary="Ask for a mail with a link and a code to log in",
        description="The answer is the same whether or not there is an account. Keep `client`.",
        auth=[],
        request=MagicRequestSerializer,
        responses={202: MagicClientSerializer},
    )
    def post(self, request: Request) -> Response:
        body = MagicRequestSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        client = request_login(request, body.validated_data["email"])
        return Response({"client": client}, status=202, headers=NOT_STORED)


class MagicConfirmView(TakesCredentials, ApiRules):
    permission_classes = (AllowAny,)

    @extend_schema(
        operation_id="confirmMagicLogin",
        tags=["authentication"],
        summary="Log in by the token of the link, or by the code",
        auth=[],
        request=MagicConfirmSerializer,
        responses={201: LoginSerializer, 401: OpenApiResponse(description=INCORRECT)},
    )
    def post(self, request: Request) -> Response:
        with read_secrets(MagicConfirmSerializer, request.data) as given:
            token, client = given.pop("token"), given.pop("client")
            answer = confirm_login(request, token, client, dict(given))
        return Response(answer, status=201, headers=NOT_STORED)
