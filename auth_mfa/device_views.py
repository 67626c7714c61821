"""The endpoints of remembered devices: each parses, calls the use case, answers."""

from __future__ import annotations

from typing import Any

from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from api_http.describing import OpenApiResponse, extend_schema
from api_http.rules import ApiRules
from auth_mfa.devices import list_good_devices
from auth_mfa.serializers import DeviceSerializer
from auth_mfa.use_cases import forget_device
from auth_mfa.views import TAGS


class DeviceListView(ApiRules):
    permission_classes = (IsAuthenticated,)

    @extend_schema(
        operation_id="listDevices",
        tags=TAGS,
        summary="The caller's own remembered devices, which need no second factor",
        responses=DeviceSerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        shown: Any = DeviceSerializer(list_good_devices(request.user), many=True)  # type: ignore[arg-type]
        return Response(shown.data)


class DeviceView(ApiRules):
    permission_classes = (IsAuthenticated,)

    @extend_schema(
        operation_id="forgetDevice",
        tags=TAGS,
        summary="Forget one of the caller's own remembered devices",
        responses={
            204: OpenApiResponse(description="Its next login needs a second factor."),
            404: OpenApiResponse(description="No device of theirs."),
        },
    )
    def delete(self, request: Request, id: str) -> Response:  # noqa: A002 (the id in the address)
        forget_device(request, id)
        return Response(status=204)
