"""Plugins of authentication."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, assert_type

from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest
from rest_framework import serializers
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request
from rest_framework.response import Response

from auth_core import (
    Authenticated,
    AuthProvider,
    Limit,
    Principal,
    SecondStep,
    Unavailable,
    answer_cookies,
    count_guess,
    count_step,
    log_in_user,
    record,
    require_recent_auth,
)


class KeyProvider(AuthProvider):
    scheme = "Key"
    openapi = {"type": "apiKey", "in": "header", "name": "Authorization"}

    def authenticate(self, request: Request) -> Authenticated | None:
        if not (key := request.headers.get("Authorization")):
            return None
        if key == "Key not known now":
            raise Unavailable
        limit = Limit(actions={"view", "search"})
        assert_type(limit.permits("view", "Brand"), bool)
        return Authenticated(Principal("billing", roles=["user"]), key, limit=limit)

    def issue(self, request: Request, user: AbstractBaseUser) -> Mapping[str, object] | None:
        answer_cookies(request).set_cookie("name", "value", httponly=True)
        record("key_made", request=request, user=user, provider="store")
        return {"accessToken": "key", "tokenType": "Key"}


class CodeStep(SecondStep):
    login_fields = {"otp": serializers.CharField(required=False)}

    def permit_login(
        self, request: Request | HttpRequest, user: AbstractBaseUser, credentials: Mapping[str, Any]
    ) -> None:
        if "otp" not in credentials:
            raise AuthenticationFailed("A code is needed.", "second_factor_required")


def log_in_by_code(request: Request, user: AbstractBaseUser, code: str) -> Response:
    require_recent_auth(request)
    with count_step(request, user, code, provider="store"):
        pass
    with count_guess(request, user.get_username(), code, provider="store", user=user):
        pass
    answer = log_in_user(request, user, by="store")
    assert_type(answer, dict[str, object])
    return Response(answer, status=201)
