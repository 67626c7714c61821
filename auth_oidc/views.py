"""The endpoints of logins by an issuer: each parses, calls the use case, answers."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from rest_framework.exceptions import APIException, NotFound, PermissionDenied
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from api_http.describing import OpenApiResponse, extend_schema
from api_http.exceptions import Clash
from api_http.rules import ApiRules
from auth_core import log_in_user, record, require_recent_auth
from auth_core.caller import require_unlimited
from auth_core.challenges import TakesCredentials
from auth_core.login_time import set_login_time
from auth_core.serializers import LoginSerializer, read_secrets
from auth_oidc.finished import put_back, take
from auth_oidc.identities import link
from auth_oidc.kinds import NAME, UNLINK
from auth_oidc.models import Identity
from auth_oidc.serializers import CodeLoginSerializer, IdentitySerializer, IssuerCodeSerializer

TAGS = ["authentication"]


class CodeView(TakesCredentials, ApiRules):
    permission_classes = (AllowAny,)

    @extend_schema(
        operation_id="logInByCode",
        tags=TAGS,
        summary="Exchange the code of a login by an issuer for what a login answers",
        description="The code is good once. After a second step that was missing or wrong it may "
        "be sent again.",
        auth=[],
        request=CodeLoginSerializer,
        responses={
            201: LoginSerializer,
            401: OpenApiResponse(description="The code is good no more, or a second step failed."),
        },
    )
    def post(self, request: Request) -> Response:
        with read_secrets(CodeLoginSerializer, request.data) as inputs:
            found = take(inputs.pop("code"), inputs.pop("codeVerifier"), links=False)
            set_login_time(request, found.authenticated_at)
            try:
                answer = log_in_user(request, found.user, by=NAME, credentials=dict(inputs))
            except APIException:
                put_back(found)
                raise
        return Response(answer, status=201, headers={"Cache-Control": "no-store"})


class LinkView(ApiRules):
    permission_classes = (IsAuthenticated,)

    @extend_schema(
        operation_id="linkIdentity",
        tags=TAGS,
        summary="Let the identity of a code log in to the caller's account",
        description="Needs an authentication of a few minutes ago.",
        request=IssuerCodeSerializer,
        responses={
            201: IdentitySerializer,
            409: OpenApiResponse(description="The identity belongs to an account already."),
        },
    )
    def post(self, request: Request) -> Response:
        require_unlimited(request)
        if not isinstance(request.user, get_user_model()):
            raise PermissionDenied
        # A stolen token must not add a way to log in (OWASP ASVS 5.0, 7.5.1).
        require_recent_auth(request)
        with read_secrets(IssuerCodeSerializer, request.data) as inputs:
            found = take(inputs["code"], inputs["codeVerifier"], links=True)
        try:
            with transaction.atomic():
                made = link(request.user, found.issuer, found.subject)
        except IntegrityError:
            raise Clash("This identity belongs to an account already.") from None
        return Response(IdentitySerializer(made).data, status=201)


class IdentityListView(ApiRules):
    permission_classes = (IsAuthenticated,)

    @extend_schema(
        operation_id="listIdentities",
        tags=TAGS,
        summary="The identities that may act as the caller, the latest first",
        responses=IdentitySerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        rows: Any = _identities_of(request.user)[: settings.API_MAX_TAKE]
        return Response(IdentitySerializer(rows, many=True).data)


class IdentityView(ApiRules):
    permission_classes = (IsAuthenticated,)

    @extend_schema(
        operation_id="unlinkIdentity",
        tags=TAGS,
        summary="Take an identity away from the caller's account",
        responses={
            204: OpenApiResponse(description="It opens this account no more."),
            404: OpenApiResponse(description="No identity of theirs."),
        },
    )
    def delete(self, request: Request, id: str) -> Response:  # noqa: A002 (the id in the address)
        require_unlimited(request)
        try:
            found = _identities_of(request.user).filter(pk=UUID(id)).first()
        except ValueError:
            raise NotFound from None
        if found is None:
            raise NotFound
        require_recent_auth(request)
        with transaction.atomic():
            found.delete()
            record(UNLINK, request=request, user=request.user, provider=NAME, detail=str(found))
        return Response(status=204)


def _identities_of(user: Any) -> QuerySet[Identity]:
    """Return the identities of a user. A machine has no identity."""
    if not isinstance(user, get_user_model()):
        return Identity.objects.none()
    return Identity.objects.filter(user=user)
