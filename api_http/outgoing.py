"""Requests to other services: bounded in time and bytes, and without redirects, which could lead
anywhere.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as LateError
from contextlib import closing
from time import monotonic
from urllib.request import HTTPHandler, HTTPSHandler, OpenerDirector, ProxyHandler, Request

from runtime.parking import waiting
from statements.cache import once

# A waiting request gives up by the clock: no time-out of a socket bounds the look-up of a name.
_pool = ThreadPoolExecutor(8, "outgoing")


def ask(request: Request, *, seconds: float, most_bytes: int) -> tuple[int, bytes]:
    """Return the status and the body of the answer.

    Raises OSError, of which TimeoutError is a kind, HTTPException and ValueError. The caller
    vouches for the URL.
    """
    answer = _pool.submit(_read, request, seconds, most_bytes)
    try:
        with waiting():
            return answer.result(seconds)
    except LateError:
        answer.cancel()
        raise TimeoutError from None


def _read(request: Request, seconds: float, most_bytes: int) -> tuple[int, bytes]:
    deadline, found = monotonic() + seconds, bytearray()
    with closing(_opener().open(request, timeout=seconds)) as answer:
        while part := answer.read1(2**16):
            found += part
            if len(found) > most_bytes or monotonic() > deadline:
                raise OSError("the answer is too long, or too slow")
        return answer.status, bytes(found)


@once
def _opener() -> OpenerDirector:
    """Return an opener that knows HTTP and the proxies of the environment, and nothing else."""
    opener = OpenerDirector()
    for handler in (ProxyHandler(), HTTPHandler(), HTTPSHandler()):
        opener.add_handler(handler)
    return opener
