"""The authentication endpoints of REST: each parses, calls the use case, answers."""

from __future__ import annotations

from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from api_http.describing import OpenApiResponse, extend_schema
from api_http.rules import ApiRules
from auth_core.caller import describe_user, require_reading
from auth_core.challenges import TakesCredentials, join_challenges
from auth_core.login import log_in
from auth_core.logout import log_out
from auth_core.password_change import change_password
from auth_core.recent_authentication import reauthenticate
from auth_core.serializers import (
    CredentialsSerializer,
    LoginSerializer,
    LogoutSerializer,
    PasswordChangeSerializer,
    PrincipalSerializer,
    ReauthenticationSerializer,
    read_secrets,
)


class LoginView(TakesCredentials, ApiRules):
    permission_classes = (AllowAny,)

    @extend_schema(
        operation_id="login",
        tags=["authentication"],
        summary="Log in with a username and a password",
        description="The answer has what the first of the installed providers issues.",
        auth=[],
        request=CredentialsSerializer,
        responses={
            201: LoginSerializer,
            401: OpenApiResponse(description="The passed credentials are incorrect."),
        },
    )
    def post(self, request: Request) -> Response:
        with read_secrets(CredentialsSerializer, request.data) as credentials:
            answer = log_in(request, **credentials)
        return Response(answer, status=201, headers={"Cache-Control": "no-store"})


class LogoutView(ApiRules):
    """For a service whose providers have no logout of their own."""

    permission_classes = (IsAuthenticated,)

    def get_authenticate_header(self, request: Request) -> str:
        """Return challenges without a dialog, which would ask for a password to log out."""
        return join_challenges(request, dialog=False)

    @extend_schema(
        operation_id="logout",
        tags=["authentication"],
        summary="End the login of the caller's credentials, or all logins of the caller",
        description="With credentials that are no login, such as a password, only `everywhere` "
        "ends any.",
        request=LogoutSerializer,
        responses={204: OpenApiResponse(description="Ended.")},
    )
    def post(self, request: Request) -> Response:
        body = LogoutSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        log_out(request, request.user, everywhere=body.validated_data["everywhere"])
        return Response(status=204)


class MeView(ApiRules):
    permission_classes = (IsAuthenticated,)
    asks_limit = True

    @extend_schema(
        operation_id="getMe",
        tags=["authentication"],
        summary="Who is calling",
        responses=PrincipalSerializer,
    )
    def get(self, request: Request) -> Response:
        require_reading(request)
        return Response(describe_user(request.user))


class PasswordView(ApiRules):
    permission_classes = (IsAuthenticated,)

    @extend_schema(
        operation_id="changePassword",
        tags=["authentication"],
        summary="Change one's own password",
        description="Ends every session of the caller: log in with the new password.",
        request=PasswordChangeSerializer,
        responses={
            204: OpenApiResponse(
                description="The new password is good from now on, the old one no more."
            )
        },
    )
    def post(self, request: Request) -> Response:
        with read_secrets(PasswordChangeSerializer, request.data) as passwords:
            current, new = passwords.pop("currentPassword"), passwords.pop("newPassword")
            change_password(request, current, new, passwords)
        return Response(status=204)


class ReauthenticationView(ApiRules):
    permission_classes = (IsAuthenticated,)

    @extend_schema(
        operation_id="reauthenticate",
        tags=["authentication"],
        summary="Renew the caller's session by the password, or another proof",
        description="The session and its tokens stay. Some actions are refused with the code "
        "`insufficient_user_authentication` when the last authentication is some minutes old.",
        request=ReauthenticationSerializer,
        responses={204: OpenApiResponse(description="The session is as good as a new login.")},
    )
    def post(self, request: Request) -> Response:
        with read_secrets(ReauthenticationSerializer, request.data) as given:
            reauthenticate(request, given)
        return Response(status=204)
