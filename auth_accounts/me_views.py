"""The endpoints of the caller's account."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.http.response import HttpResponseBase
from rest_framework.exceptions import MethodNotAllowed, PermissionDenied
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from api_http.describing import OpenApiResponse, extend_schema
from api_http.rules import ApiRules
from auth_accounts.own_account import (
    confirm_email,
    delete_account,
    describe_account,
    request_email,
    require_owner,
)
from auth_accounts.serializers import (
    AccountSerializer,
    DeletionSerializer,
    EmailChangeSerializer,
    TokenSerializer,
)
from auth_accounts.views import ASKED, DONE, NOT_STORED, TAGS, PublicView
from auth_core.caller import require_reading
from auth_core.policy.served import name_entity, served_viewsets
from auth_core.serializers import read_secrets


class OwnAccountView(ApiRules):
    """Takes the place of auth_core's view at the same address."""

    permission_classes = (IsAuthenticated,)
    asks_limit = True

    @extend_schema(
        operation_id="getMe",
        tags=["authentication"],
        summary="Who is calling",
        responses=AccountSerializer,
    )
    def get(self, request: Request) -> Response:
        require_reading(request)
        return Response(describe_account(request.user))

    @extend_schema(
        operation_id="updateMe",
        tags=TAGS,
        summary="Change one's own account",
        description="Takes and answers what the update of a user does, by the same rules. The "
        "password and the e-mail address have endpoints of their own.",
        request={"application/json": {"type": "object"}},
        responses={200: {"type": "object"}},
    )
    def patch(self, request: Request) -> HttpResponseBase:
        if not isinstance(request.user, get_user_model()):
            raise PermissionDenied("You have no account.")
        viewset: Any = served_viewsets().get(name_entity(get_user_model()))
        if viewset is None or not hasattr(viewset, "partial_update"):
            raise MethodNotAllowed("PATCH", "Users are not served here.")
        handler = viewset.as_view({"patch": "partial_update"})
        # The viewset reads the request itself: its body, its credentials and its conditions.
        answer: HttpResponseBase = handler(request._request, id=str(request.user.pk))  # noqa: SLF001
        return answer

    @extend_schema(
        operation_id="deleteMe",
        tags=TAGS,
        summary="Delete one's own account",
        description="Ends every session of the caller.",
        request=DeletionSerializer,
        responses={204: DONE, 409: OpenApiResponse(description="Other rows need the account.")},
    )
    def delete(self, request: Request) -> Response:
        require_owner(request)
        with read_secrets(DeletionSerializer, request.data) as given:
            delete_account(request, given)
        return Response(status=204, headers=NOT_STORED)


class EmailView(ApiRules):
    permission_classes = (IsAuthenticated,)

    @extend_schema(
        operation_id="changeEmail",
        tags=TAGS,
        summary="Ask for a link to use another e-mail address",
        request=EmailChangeSerializer,
        responses={202: ASKED},
    )
    def post(self, request: Request) -> Response:
        require_owner(request)
        with read_secrets(EmailChangeSerializer, request.data) as given:
            request_email(request, given.pop("email"), given)
        return Response(status=202, headers=NOT_STORED)


class EmailConfirmView(PublicView):
    @extend_schema(
        operation_id="confirmEmail",
        tags=TAGS,
        summary="Use another e-mail address, by the token of the link",
        auth=[],
        request=TokenSerializer,
        responses={204: OpenApiResponse(description="The account has the new address.")},
    )
    def post(self, request: Request) -> Response:
        with read_secrets(TokenSerializer, request.data) as given:
            confirm_email(request, given["token"])
        return Response(status=204, headers=NOT_STORED)
