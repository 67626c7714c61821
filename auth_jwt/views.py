"""The endpoints of sessions and keys: each parses, calls the use case, answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils import timezone
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import (
    AuthenticationFailed,
    ErrorDetail,
    NotAuthenticated,
    NotFound,
    ValidationError,
)
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from api_http.describing import OpenApiResponse, extend_schema
from api_http.limits.counting import count_anonymous
from api_http.rules import ApiRules
from auth_core.challenges import TakesCredentials
from auth_core.logout import end_other_logins, log_out
from auth_jwt.clock import read_clock
from auth_jwt.key_set import require_key_set
from auth_jwt.logout import end_session_of_token
from auth_jwt.refresh import refresh_session
from auth_jwt.refresh_cookie import clear_cookies, hide_refresh_token, read_cookie
from auth_jwt.revocation import revoke
from auth_jwt.serializers import (
    KeySetSerializer,
    LogoutSerializer,
    RefreshSerializer,
    SessionSerializer,
    TokenPairSerializer,
)
from auth_jwt.sessions import sessions_of
from auth_jwt.tokens import BadTokenError, issue_pair

TAGS = ["authentication"]
NOT_STORED = {"Cache-Control": "no-store"}
# Seconds for which verifiers may keep the keys. A new key is shown longer before it signs
# (rotation.py).
KEYS_KEPT = 300
REQUIRED = ErrorDetail("This field is required.", "required")


class RefreshView(TakesCredentials, ApiRules):
    permission_classes = (AllowAny,)

    def perform_authentication(self, request: Request) -> None:
        """Do nothing: a good refresh token counts for its session, a bad token for the address."""

    @extend_schema(
        operation_id="refreshToken",
        tags=TAGS,
        summary="Exchange a refresh token for a new pair of tokens",
        description=(
            "A refresh token is good for one exchange. Sent again within a few seconds, because "
            "the answer was lost, "
            "it gives the same pair; later it ends the session."
        ),
        auth=[],
        request=RefreshSerializer,
        responses={
            200: TokenPairSerializer,
            401: OpenApiResponse(description="The refresh token is good no more."),
        },
    )
    def post(self, request: Request) -> Response:
        body = RefreshSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        given = body.validated_data.get("refreshToken")
        token = read_cookie(request, "refresh") if given is None else given
        if token is None:
            raise ValidationError({"refreshToken": [REQUIRED]})
        now = read_clock()
        try:
            pair = issue_pair(refresh_session(request, token, now), now)
        except BadTokenError as error:
            count_anonymous(request)
            raise AuthenticationFailed(str(error)) from None
        answer = hide_refresh_token(request, pair) if given is None else pair
        return Response(answer, headers=NOT_STORED)


class LogoutView(ApiRules):
    permission_classes = (AllowAny,)
    # In the OpenAPI document credentials are optional.
    credentials_optional = True

    def perform_authentication(self, request: Request) -> None:
        """Do nothing: the refresh token in the body is the credential, not the Authorization
        header.
        """

    @extend_schema(
        operation_id="logout",
        tags=TAGS,
        summary="End the session of a token, or all sessions of the caller",
        description=(
            "Ends the session of the access token. With a `refreshToken` it ends the session of "
            "that token and needs "
            "no credentials. The answer is the same where that session is over already (RFC "
            "7009). With credentials "
            "that belong to no session, such as a password, only `everywhere` ends any."
        ),
        request=LogoutSerializer,
        responses={
            204: OpenApiResponse(description="Ended: its tokens are refused from now on."),
            401: OpenApiResponse(
                description="There is neither a refresh token nor good credentials."
            ),
        },
    )
    def post(self, request: Request) -> Response:
        given: Any = request.data if isinstance(request.data, dict) else {}
        cookie = None if given.get("everywhere") else read_cookie(request, "logout")
        by_token = cookie is not None or "refreshToken" in given
        if not by_token and not request.user.is_authenticated:
            raise NotAuthenticated
        body = LogoutSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        token = body.validated_data.get("refreshToken", cookie)
        # Who is known by other credentials than a token in the body is logged out of those too.
        if "refreshToken" not in given and _is_known(request):
            log_out(request, request.user, everywhere=body.validated_data["everywhere"])
        if token is not None:
            end_session_of_token(request, token, timezone.now())
        clear_cookies(request)
        return Response(status=204)


def _is_known(request: Request) -> bool:
    """Whether the caller has credentials, which may have expired before the refresh token."""
    try:
        return bool(request.user.is_authenticated)
    except AuthenticationFailed:
        return False


class SessionListView(ApiRules):
    permission_classes = (IsAuthenticated,)

    @extend_schema(
        operation_id="listSessions",
        tags=TAGS,
        summary="The caller's own sessions, the latest login first",
        responses=SessionSerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        sessions = sessions_of(request.user, timezone.now())[: settings.API_MAX_TAKE]
        shown: Any = SessionSerializer(sessions, many=True, context={"request": request})  # type: ignore[arg-type]
        return Response(shown.data)

    @extend_schema(
        operation_id="endOtherSessions",
        tags=TAGS,
        summary="End all of the caller's own sessions but the session of this request",
        responses={204: OpenApiResponse(description="Ended.")},
    )
    def delete(self, request: Request) -> Response:
        end_other_logins(request, request.user)
        return Response(status=204)


class SessionView(ApiRules):
    permission_classes = (IsAuthenticated,)

    @extend_schema(
        operation_id="endSession",
        tags=TAGS,
        summary="End one of the caller's own sessions",
        responses={
            204: OpenApiResponse(description="Ended."),
            404: OpenApiResponse(description="No session of theirs."),
        },
    )
    def delete(self, request: Request, id: str) -> Response:  # noqa: A002 (the id in the address)
        now = timezone.now()
        try:
            session = sessions_of(request.user, now).filter(pk=UUID(id))
        except ValueError:
            raise NotFound from None
        if not revoke(session, request.user, now, request=request):
            raise NotFound
        return Response(status=204)


class KeySetView(ApiRules):
    """The public keys with which other services verify access tokens (RFC 7517, section 5)."""

    permission_classes = (AllowAny,)
    authentication_classes: Sequence[type[BaseAuthentication]] = ()

    @extend_schema(
        operation_id="getKeySet",
        tags=TAGS,
        summary="The public keys of access tokens",
        auth=[],
        responses=KeySetSerializer,
    )
    def get(self, request: Request) -> Response:
        headers = {"Cache-Control": f"public, max-age={KEYS_KEPT}"}
        return Response({"keys": require_key_set().describe()}, headers=headers)
