"""Errors that DRF lacks. A provider or a view raises them; the answer is a problem document."""

from __future__ import annotations

from rest_framework.exceptions import APIException


class Unavailable(APIException):
    """503: a part that the request needs cannot be used. The log has the cause.

    An action that cannot be counted or recorded must not happen, so it raises this too.
    `wait` is in seconds, for Retry-After.
    """

    status_code = 503
    default_detail = "The service cannot answer at the moment; try again."
    default_code = "unavailable"
    wait = 2


class Busy(Unavailable):
    """503: more requests than the service can answer. It is logged in one line, as no fault."""

    def __init__(self, wait: int = Unavailable.wait) -> None:
        super().__init__()
        self.wait = wait


class Clash(APIException):
    """A write of a plain DRF view that contradicts other rows.

    Entities name the fields that clash.
    """

    status_code = 409
    default_detail = "The request contradicts what is stored."
    default_code = "conflict"
