"""The endpoints of second factors: each parses, calls the use case, answers."""

from __future__ import annotations

from typing import Any

from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from api_http.describing import OpenApiResponse, extend_schema
from api_http.rules import ApiRules
from auth_core.caller import require_unlimited
from auth_core.challenges import TakesCredentials
from auth_core.serializers import read_secrets
from auth_mfa.factors import list_factors
from auth_mfa.passkeys import rename_passkey
from auth_mfa.serializers import (
    BeginSerializer,
    CodeSerializer,
    ConfirmSerializer,
    FactorSerializer,
    RecoveryCodesSerializer,
    RenameSerializer,
    SecretSerializer,
)
from auth_mfa.use_cases import (
    begin_totp,
    confirm_totp,
    find_beginner,
    find_owner,
    remove_factor,
    replace_recovery_codes,
)

TAGS = ["authentication"]
NOT_STORED = {"Cache-Control": "no-store"}
TOO_MANY = OpenApiResponse(description="The user has as many as there may be.")
REFUSED = OpenApiResponse(description="The password or the code is wrong; `code` says which.")


class FactorListView(ApiRules):
    permission_classes = (IsAuthenticated,)

    @extend_schema(
        operation_id="listFactors",
        tags=TAGS,
        summary="The caller's own second factors",
        responses=FactorSerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        shown: Any = FactorSerializer(list_factors(request.user), many=True)  # type: ignore[arg-type]
        return Response(shown.data)


class FactorView(ApiRules):
    permission_classes = (IsAuthenticated,)

    @extend_schema(
        operation_id="renamePasskey",
        tags=TAGS,
        summary="Give one of the caller's own passkeys another name",
        request=RenameSerializer,
        responses=FactorSerializer,
    )
    def patch(self, request: Request, id: str) -> Response:  # noqa: A002
        given = RenameSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        passkey = rename_passkey(request, id, given.validated_data["name"])
        return Response(FactorSerializer(passkey).data)

    @extend_schema(
        operation_id="removeFactor",
        tags=TAGS,
        summary="Remove one of the caller's own second factors",
        request=CodeSerializer,
        responses={204: OpenApiResponse(description="Removed."), 401: REFUSED},
    )
    def delete(self, request: Request, id: str) -> Response:  # noqa: A002 (the id in the address)
        with read_secrets(CodeSerializer, request.data) as more:
            remove_factor(request, id, more)
        return Response(status=204)


class TotpView(TakesCredentials, ApiRules):
    permission_classes = (AllowAny,)
    credentials_optional = True

    @extend_schema(
        operation_id="beginTotp",
        tags=TAGS,
        summary="Begin to set up an authenticator app",
        description="The answer alone has the secret. The first code puts the factor in force.",
        request=BeginSerializer,
        responses={201: SecretSerializer, 401: REFUSED, 409: TOO_MANY},
    )
    def post(self, request: Request) -> Response:
        require_unlimited(request)
        with read_secrets(BeginSerializer, request.data) as given:
            answer = begin_totp(find_owner(request, given))
        return Response(answer, status=201, headers=NOT_STORED)


class TotpConfirmView(TakesCredentials, ApiRules):
    permission_classes = (AllowAny,)
    credentials_optional = True

    @extend_schema(
        operation_id="confirmTotp",
        tags=TAGS,
        summary="Put an authenticator app in force by its first code",
        description="The answer has recovery codes, if it is the first factor of the user.",
        request=ConfirmSerializer,
        responses={200: RecoveryCodesSerializer, 401: REFUSED, 409: TOO_MANY},
    )
    def post(self, request: Request) -> Response:
        require_unlimited(request)
        with read_secrets(ConfirmSerializer, request.data) as given:
            code = given.pop("otp")
            codes = confirm_totp(request, find_beginner(request, given), code)
        return Response({"recoveryCodes": codes}, headers=NOT_STORED)


class RecoveryCodesView(ApiRules):
    permission_classes = (IsAuthenticated,)

    @extend_schema(
        operation_id="makeRecoveryCodes",
        tags=TAGS,
        summary="Replace the caller's own recovery codes",
        request=CodeSerializer,
        responses={201: RecoveryCodesSerializer, 401: REFUSED},
    )
    def post(self, request: Request) -> Response:
        with read_secrets(CodeSerializer, request.data) as more:
            codes = replace_recovery_codes(request, more)
        return Response({"recoveryCodes": codes}, status=201, headers=NOT_STORED)
