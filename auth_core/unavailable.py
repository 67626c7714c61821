"""The answer while what security depends on cannot be used."""

from __future__ import annotations

from rest_framework.exceptions import APIException


class Unavailable(APIException):
    """503: an action that cannot be counted or recorded must not happen. The log has the cause."""

    status_code = 503
    default_detail = "The service cannot answer at the moment; try again."
    default_code = "unavailable"
    wait = 2
