"""Counts requests: of an address without a known caller, of a caller at a view, of a session."""

from __future__ import annotations

from functools import cache
from typing import Any, Protocol

from django.conf import settings
from django.core.cache import caches
from django.core.cache.backends.redis import RedisCache
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from rest_framework.exceptions import AuthenticationFailed, Throttled
from rest_framework.request import Request

from api_http.client_address import find_address, group_address
from api_http.limits.buckets import LocalBuckets, Taken
from runtime.rates import Rate, read_rate

ANONYMOUS = "anonymous"
# Set on Django's request: the tokens that it has taken.
TAKEN = "limits_taken"
local_buckets = LocalBuckets()


class Buckets(Protocol):
    def take(self, policy: str, rate: Rate, key: str) -> Taken:
        """Take a token from a bucket, if there is one."""


def find_buckets() -> Buckets:
    """Return the buckets: in Redis if it is the cache, which all processes share; else in this
    process.
    """
    return _share_buckets() if isinstance(caches["default"], RedisCache) else local_buckets


@cache
def _share_buckets() -> Buckets:
    from api_http.limits.redis import RedisBuckets  # noqa: PLC0415 (its client takes 20 MB)

    return RedisBuckets(local_buckets)


def count(request: Request | HttpRequest, policy: str, rate: Rate | None, key: str) -> None:
    """Take a token; raises Throttled if there is none. `policy` is shown to the client.

    Without a rate nothing is counted.
    """
    if rate is None:
        return
    taken = find_buckets().take(policy, rate, key)
    vars(_find_plain(request)).setdefault(TAKEN, []).append(taken)
    if taken.wait:
        raise Throttled(taken.wait, "Too many requests.")


def count_anonymous(request: Request | HttpRequest) -> None:
    """Count a request whose caller is not known, for its address; once for each request.

    Raises Throttled if the address has asked too often.
    """
    rate: Rate | None = getattr(settings, "THROTTLE_ANONYMOUS", None)
    if rate is None or was_counted(request):
        return
    count(request, ANONYMOUS, rate, name_address(request))


def was_counted(request: Request | HttpRequest) -> bool:
    return TAKEN in vars(_find_plain(request))


def count_late(request: HttpRequest) -> None:
    """Count an answered request that was not counted. It is not refused any more."""
    try:
        count_anonymous(request)
    except Throttled:
        return


def count_for_view(request: Request, view: Any) -> None:
    """Count a request to a view that sets `throttle`, for its caller. Raises Throttled."""
    rate, name = find_rate(view)
    if rate is not None:
        kind = type(view)
        count(request, name, rate, f"{kind.__module__}.{kind.__qualname__}:{_name_caller(request)}")


def find_rate(view: Any) -> tuple[Rate | None, str]:
    """Return the rate of a view's action, and its name: the action's own rate, or the view's."""
    name = getattr(view, "action", None) or ""
    own = getattr(getattr(type(view), name, None), "kwargs", {}).get("throttle") if name else None
    text = own or getattr(view, "throttle", "")
    if not text:
        return None, ""
    # A header holds ASCII, and a name in Python any letter.
    ascii_name = type(view).__name__.encode("ascii", "ignore").decode()
    title = ascii_name.removesuffix("ViewSet").removesuffix("View")
    return _read(text), f"{title}.{name}" if own else title


@cache
def _read(text: str) -> Rate | None:
    return read_rate(text)


def show_limits(request: HttpRequest, response: HttpResponseBase) -> None:
    """Show the client the limits that the request was counted for, and what is left of them."""
    latest: dict[str, Taken] = {taken.policy: taken for taken in vars(request).get(TAKEN, ())}
    if not latest:
        return
    policies, states = zip(*(taken.described for taken in latest.values()), strict=True)
    response.headers["RateLimit-Policy"] = ", ".join(policies)
    response.headers["RateLimit"] = ", ".join(states)


def name_address(request: Request | HttpRequest) -> str:
    address = find_address(request.META)
    return f"address:{group_address(address) if address else 'unknown'}"


def _name_caller(request: Request) -> str:
    try:
        user: Any = request.user
    except AuthenticationFailed:
        user = None
    if not getattr(user, "is_authenticated", False):
        return name_address(request)
    key = getattr(user, "pk", None)
    return f"user:{user.get_username() if key is None else key}"


def _find_plain(request: Request | HttpRequest) -> HttpRequest:
    plain: HttpRequest = getattr(request, "_request", request)
    return plain
