"""The caller of a GraphQL operation, who is asked for late and perhaps many times."""

from __future__ import annotations

from rest_framework.exceptions import APIException
from rest_framework.request import Request


class OperationRequest(Request):
    """Refuses bad credentials each time that the caller is needed.

    DRF's own request refuses once, and is anonymous afterwards.
    """

    _refusal: APIException | None = None

    def _authenticate(self) -> None:
        if self._refusal is not None:
            raise self._refusal
        try:
            super()._authenticate()  # type: ignore[misc]
        except APIException as refusal:
            self._refusal = refusal
            vars(self).pop("_user", None)  # so that the next question comes here again
            raise


def is_known(request: Request) -> bool:
    """Whether the request was authenticated already, as a user. Starts no authentication."""
    return bool(getattr(vars(request).get("_user"), "is_authenticated", False))
