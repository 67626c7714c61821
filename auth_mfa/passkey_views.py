"""The endpoints of passkeys: each parses, calls the use case, answers."""

from __future__ import annotations

from typing import Any

from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from api_http.describing import OpenApiResponse, extend_schema
from api_http.rules import ApiRules
from auth_core.caller import require_unlimited
from auth_core.challenges import TakesCredentials
from auth_core.serializers import LoginSerializer, read_secrets
from auth_mfa.passkeys import (
    add_passkey,
    begin_passkey,
    begin_passkey_login,
    log_in_by_passkey,
)
from auth_mfa.serializers import (
    BeginSerializer,
    FactorSerializer,
    LoginOptionsSerializer,
    NewPasskeyAnswerSerializer,
    NewPasskeySerializer,
    NothingSerializer,
    PasskeyLoginSerializer,
    RegistrationOptionsSerializer,
)
from auth_mfa.use_cases import find_beginner, find_owner
from auth_mfa.views import NOT_STORED, REFUSED, TAGS, TOO_MANY


class PasskeyOptionsView(TakesCredentials, ApiRules):
    permission_classes = (AllowAny,)
    credentials_optional = True

    @extend_schema(
        operation_id="beginPasskey",
        tags=TAGS,
        summary="Begin to register a passkey",
        description="The answer is for `navigator.credentials.create()`.",
        request=BeginSerializer,
        responses={200: RegistrationOptionsSerializer, 401: REFUSED, 409: TOO_MANY},
    )
    def post(self, request: Request) -> Response:
        require_unlimited(request)
        with read_secrets(BeginSerializer, request.data) as given:
            answer = begin_passkey(request, find_owner(request, given))
        return Response(answer, headers=NOT_STORED)


class PasskeyView(TakesCredentials, ApiRules):
    permission_classes = (AllowAny,)
    credentials_optional = True

    @extend_schema(
        operation_id="addPasskey",
        tags=TAGS,
        summary="Register a passkey by the browser's answer",
        description="The answer has recovery codes, if it is the first factor of the user.",
        request=NewPasskeySerializer,
        responses={201: NewPasskeyAnswerSerializer, 401: REFUSED, 409: TOO_MANY},
    )
    def post(self, request: Request) -> Response:
        require_unlimited(request)
        with read_secrets(NewPasskeySerializer, request.data) as given:
            user = find_beginner(request, given)
            passkey, codes = add_passkey(request, user, given["name"], given["credential"])
        shown: dict[str, Any] = dict(FactorSerializer(passkey).data)
        return Response(shown | {"recoveryCodes": codes}, status=201, headers=NOT_STORED)


class PasskeyLoginOptionsView(TakesCredentials, ApiRules):
    permission_classes = (AllowAny,)

    @extend_schema(
        operation_id="beginPasskeyLogin",
        tags=TAGS,
        summary="Begin to log in by a passkey",
        description="The answer is for `navigator.credentials.get()`. It names no user.",
        auth=[],
        request=NothingSerializer,
        responses={200: LoginOptionsSerializer},
    )
    def post(self, request: Request) -> Response:
        NothingSerializer(data=request.data).is_valid(raise_exception=True)
        return Response(begin_passkey_login(request), headers=NOT_STORED)


class PasskeyLoginView(TakesCredentials, ApiRules):
    permission_classes = (AllowAny,)

    @extend_schema(
        operation_id="logInByPasskey",
        tags=TAGS,
        summary="Log in by a passkey alone",
        description="The answer has what the first of the installed providers issues.",
        auth=[],
        request=PasskeyLoginSerializer,
        responses={
            201: LoginSerializer,
            401: OpenApiResponse(description="The passkey is unknown, or its answer is not good."),
        },
    )
    def post(self, request: Request) -> Response:
        with read_secrets(PasskeyLoginSerializer, request.data) as given:
            answer = log_in_by_passkey(request, given["credential"])
        return Response(answer, status=201, headers=NOT_STORED)
