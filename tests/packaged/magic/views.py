"""A login by a link: the token in it names the user."""

from __future__ import annotations

from django.core.signing import BadSignature, TimestampSigner
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from auth_core import log_in_user
from auth_core.challenges import TakesCredentials
from auth_core.serializers import StrictSerializer, StrictText
from auth_core.user_lookup import find_user

links = TimestampSigner(salt="magic")


class LinkSerializer(StrictSerializer):
    """The token of a link."""

    token = StrictText()


class MagicView(TakesCredentials, APIView):
    permission_classes = (AllowAny,)

    def post(self, request: Request) -> Response:
        body = LinkSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        try:
            user = find_user("pk", links.unsign(body.validated_data["token"], max_age=600))
        except BadSignature:
            raise AuthenticationFailed from None
        # Counted as a guess, asked for second steps and audited as every login is.
        return Response(log_in_user(request, user, by="magic"), status=201)
