"""Single requests that are not measured, and the bytes of measured requests."""

from __future__ import annotations

import json
import socket
from http.client import HTTPResponse
from typing import Any

from benchmarks.load import HOST, WrongAnswerError

# Status, headers and the body, read as JSON.
Answer = tuple[int, dict[str, str], Any]


def write_request(method: str, path: str, authorization: str = "", body: Any = None) -> bytes:
    """Return a request as it goes over the wire."""
    lines = [f"{method} {path} HTTP/1.1", f"Host: {HOST}"]
    if authorization:
        lines.append(f"Authorization: {authorization}")
    content = b"" if body is None else json.dumps(body).encode()
    if content:
        lines += ["Content-Type: application/json", f"Content-Length: {len(content)}"]
    return "\r\n".join([*lines, "", ""]).encode() + content


def send(port: int, request: bytes) -> Answer:
    """Send a request over a connection of its own."""
    with socket.create_connection((HOST, port), timeout=60) as connection:
        connection.sendall(request)
        answer = HTTPResponse(connection)
        answer.begin()
        text = answer.read()
        return answer.status, dict(answer.headers), json.loads(text) if text else None


def ask(port: int, request: bytes, status: int, what: str) -> Any:
    """Return the body of the answer; WrongAnswerError for another status."""
    answer = send(port, request)
    if answer[0] != status:
        raise WrongAnswerError(
            f"{what} answered {answer[0]} in place of {status}: {str(answer[2])[:300]}"
        )
    return answer[2]
