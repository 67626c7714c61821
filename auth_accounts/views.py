"""The endpoints of sign-up and of forgotten passwords: each parses, calls the use case, answers."""

from __future__ import annotations

from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from api_http.describing import OpenApiResponse, extend_schema
from api_http.rules import ApiRules
from auth_accounts.invitations import invite, require_inviter
from auth_accounts.registration import register, resend, verify_email
from auth_accounts.reset import request_reset, reset_password
from auth_accounts.serializers import (
    InvitationRequestSerializer,
    InvitationSerializer,
    MailAddressSerializer,
    RegisterSerializer,
    ResetSerializer,
    VerifySerializer,
)
from auth_core.challenges import TakesCredentials
from auth_core.serializers import read_secrets

TAGS = ["account"]
ASKED = OpenApiResponse(
    description="Asked for. The answer is the same whether or not there is an account."
)
DONE = OpenApiResponse(description="Done.")
TAKEN = OpenApiResponse(description="Another account has the user name.")
NOT_STORED = {"Cache-Control": "no-store"}


class PublicView(TakesCredentials, ApiRules):
    """For callers who have no credentials yet. Those in a header do not matter."""

    permission_classes = (AllowAny,)


class RegisterView(PublicView):
    @extend_schema(
        operation_id="register",
        tags=TAGS,
        summary="Sign up",
        description="Mails a link to the address. A username that is taken is 409.",
        auth=[],
        request=RegisterSerializer,
        responses={202: ASKED, 409: TAKEN},
    )
    def post(self, request: Request) -> Response:
        with read_secrets(RegisterSerializer, request.data) as given:
            register(request, **given)
        return Response(status=202, headers=NOT_STORED)


class VerifyView(PublicView):
    @extend_schema(
        operation_id="verifyEmail",
        tags=TAGS,
        summary="Complete a sign-up by the token of the link",
        description="`newPassword` replaces the password of the sign-up. Another `username` "
        "replaces a username that was taken meanwhile.",
        auth=[],
        request=VerifySerializer,
        responses={204: DONE, 409: TAKEN},
    )
    def post(self, request: Request) -> Response:
        with read_secrets(VerifySerializer, request.data) as given:
            verify_email(request, given["token"], given["username"], given["newPassword"])
        return Response(status=204, headers=NOT_STORED)


class ResendView(PublicView):
    @extend_schema(
        operation_id="resendVerification",
        tags=TAGS,
        summary="Send another link to an address that waits for its verification",
        auth=[],
        request=MailAddressSerializer,
        responses={202: ASKED},
    )
    def post(self, request: Request) -> Response:
        body = MailAddressSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        resend(request, body.validated_data["email"])
        return Response(status=202, headers=NOT_STORED)


class ResetView(PublicView):
    @extend_schema(
        operation_id="requestPasswordReset",
        tags=TAGS,
        summary="Ask for a link to choose a new password",
        auth=[],
        request=MailAddressSerializer,
        responses={202: ASKED},
    )
    def post(self, request: Request) -> Response:
        body = MailAddressSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        request_reset(request, body.validated_data["email"])
        return Response(status=202, headers=NOT_STORED)


class ResetConfirmView(PublicView):
    @extend_schema(
        operation_id="resetPassword",
        tags=TAGS,
        summary="Choose a new password by the token of the link",
        description="Ends every session of the account, and its lock.",
        auth=[],
        request=ResetSerializer,
        responses={204: DONE},
    )
    def post(self, request: Request) -> Response:
        with read_secrets(ResetSerializer, request.data) as given:
            reset_password(request, given["token"], given["newPassword"])
        return Response(status=204, headers=NOT_STORED)


class InvitationsView(ApiRules):
    permission_classes = (IsAuthenticated,)
    # The use case asks for the limit of the caller's credentials.
    asks_limit = True

    @extend_schema(
        operation_id="invite",
        tags=TAGS,
        summary="Invite a person by mail",
        description="For those who may create users with roles. Without `role` the account gets "
        "SIGN_UP_ROLE.",
        request=InvitationRequestSerializer,
        responses={201: InvitationSerializer},
    )
    def post(self, request: Request) -> Response:
        require_inviter(request)
        body = InvitationRequestSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        made = invite(request, **body.validated_data)
        return Response(made, status=201, headers=NOT_STORED)
