"""The throttle of DRF's settings: obeys the `throttle` that a view sets."""

from typing import Any

from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from api_http.limits.counting import count_for_view


class ViewThrottle(BaseThrottle):
    """Counts requests to a view, or an action of it, for each caller: `throttle = "10/min"`."""

    def allow_request(self, request: Request, view: Any) -> bool:
        """Count the request; raises Throttled. A view without `throttle` costs nothing."""
        count_for_view(request, view)
        return True
