"""The live probe on a port of its own, answered by the main process of `manage.py serve`.

On the port of the service a request thread answers it, and while all threads hang, none is free.
"""

from __future__ import annotations

import asyncio
import os
import socket
import sys
from asyncio import IncompleteReadError, LimitOverrunError, StreamReader, StreamWriter
from contextlib import suppress
from selectors import SelectSelector
from threading import Thread

# Seconds that a client has to send its request.
PATIENCE = 2
# Bytes of a request's headers.
LONGEST_HEAD = 8_192
# The oldest connection gives way to one more.
MOST_CONNECTIONS = 64

PATHS = {b"/api/_health/live", b"/api/_health/live/"}
WELL = b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"
MISSING = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class LiveProbe:
    """Answers GET and HEAD of the probe with 204, and all else with 404."""

    def __init__(self, host: str, port: int) -> None:
        """Take the port at the IP address. Raises OSError if that cannot be."""
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._listener = socket.create_server((host, port), family=family)
        # In the order in which they came.
        self._clients: dict[StreamWriter, None] = {}
        if sys.platform != "win32":
            os.register_at_fork(after_in_child=self._leave_to_parent)

    def start(self) -> None:
        """Answer in a thread until the process ends."""
        Thread(target=self._run, name="live", daemon=True).start()

    def _leave_to_parent(self) -> None:
        """Close the copies of a worker that was forked."""
        self._listener.close()
        for client in self._clients:
            with suppress(OSError):
                os.close(client.get_extra_info("socket").fileno())

    def _run(self) -> None:
        # Unlike epoll, select keeps nothing in the kernel that forked workers would share.
        with asyncio.Runner(loop_factory=_make_loop) as runner:
            runner.run(self._serve())

    async def _serve(self) -> None:
        server = await asyncio.start_server(self._answer, sock=self._listener, limit=LONGEST_HEAD)
        await server.serve_forever()

    async def _answer(self, reader: StreamReader, writer: StreamWriter) -> None:
        if len(self._clients) == MOST_CONNECTIONS:
            oldest = next(iter(self._clients))
            del self._clients[oldest]
            oldest.transport.abort()
        self._clients[writer] = None
        try:
            async with asyncio.timeout(PATIENCE):
                writer.write(make_answer(await reader.readuntil(b"\r\n\r\n")))
                await writer.drain()
        except (TimeoutError, IncompleteReadError, LimitOverrunError, OSError):
            pass
        finally:
            self._clients.pop(writer, None)
            writer.close()


def make_answer(head: bytes) -> bytes:
    """Return the answer to a request with these headers."""
    method, _, rest = head.partition(b" ")
    path = rest.partition(b" ")[0].partition(b"?")[0]
    return WELL if method in {b"GET", b"HEAD"} and path in PATHS else MISSING


def _make_loop() -> asyncio.AbstractEventLoop:
    return asyncio.SelectorEventLoop(SelectSelector())
