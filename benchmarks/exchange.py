"""One request and its answer, for what is not measured, and the bytes of the requests that are."""

from __future__ import annotations

import json
from http.client import HTTPConnection
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


def exchange(port: int, method: str, path: str, authorization: str = "", body: Any = None) -> Answer:
    """Send a request and return status, headers and the body read as JSON."""
    connection = HTTPConnection(HOST, port, timeout=30)
    headers = {"Authorization": authorization} if authorization else {}
    content = None if body is None else json.dumps(body)
    try:
        connection.request(method, path, content, headers | ({"Content-Type": "application/json"} if content else {}))
        answer = connection.getresponse()
        text = answer.read()
        return answer.status, dict(answer.headers), json.loads(text) if text else None
    finally:
        connection.close()


def expect(answer: Answer, status: int, what: str) -> Any:
    """Return the answer's body; WrongAnswerError for another status."""
    if answer[0] != status:
        raise WrongAnswerError(f"{what} answered {answer[0]} in place of {status}: {str(answer[2])[:300]}")
    return answer[2]
