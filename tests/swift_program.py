"""The program in Swift taken apart. No test compiles it, so what it names is compared instead."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import parse_qsl

import requests

from tests.client_generators import FOLDER, PASSWORD

SOURCE = (FOLDER / "client_swift.swift").read_text(encoding="utf-8")
# The structs that it sends.
SENT = ("Credentials", "Refresh", "CustomerChange")
_STRUCT = re.compile(r"^struct (\w+): [\w, ]*(?:Cod|Encod|Decod)able [^}]*", re.MULTILINE)
_FIELD = re.compile(r"(?:let|var) (\w+): (\S+)")
_CALL = re.compile(r'(?:ask|send)\("([A-Z]+)", (?:"([^"]+)"|path\b)')


def find_calls() -> set[tuple[str, str]]:
    """The method and the path of each request."""
    (path,) = re.findall(r'let path = "([^"]+)"', SOURCE)
    row = re.sub(r"\\\(.+\)", "{id}", path)
    return {(method, literal or row) for method, literal in _CALL.findall(SOURCE)}


def find_structs() -> dict[str, dict[str, str]]:
    """The types of the fields of all that is JSON."""
    return {match[1]: dict(_FIELD.findall(match[0])) for match in _STRUCT.finditer(SOURCE)}


def find_query() -> dict[str, str]:
    """The parameters of the list."""
    (line,) = re.findall(r"let wanted = \[(.+)\]", SOURCE)
    return dict(re.findall(r'"([^"]+)": "([^"]+)"', line))


def find_headers() -> set[str]:
    """The headers that it sends and reads."""
    return set(
        re.findall(r'(?:forHTTPHeaderField: |let (?:count|unchanged) = \[)"([^"]+)"', SOURCE)
    )


class Sender:
    """Sends the requests that the page shows, and puts in what is not known before."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.calls: set[tuple[str, str]] = set()
        self.query: dict[str, str] = {}
        self.fields: set[str] = set()
        self._headers = {"Prefer": "count=exact"}
        self._known: dict[str, str] = {"password": PASSWORD, "firstName": "x" * 1001}

    def send(self, request: str, body: str) -> requests.Response:
        method, _, target = request.partition(" ")
        path, _, query = target.partition("?")
        self.calls.add((method, path))
        self.query |= dict(parse_qsl(query))
        url = self.address + target.replace("{id}", self._known.get("id", ""))
        answer = requests.request(
            method, url, json=self._fill(body), headers=self._headers, timeout=30
        )
        self._learn(answer, is_row=path.endswith("{id}"))
        return answer

    def _fill(self, body: str) -> dict[str, Any] | None:
        if body == "none":
            return None
        fields: dict[str, Any] = json.loads(body)
        self.fields |= fields.keys()
        shown = {name: "…" in value or name == "password" for name, value in fields.items()}
        return {name: self._known[name] if shown[name] else fields[name] for name in fields}

    def _learn(self, answer: requests.Response, *, is_row: bool) -> None:
        if not answer.content:
            return
        found = answer.json()
        found = found[0] if isinstance(found, list) else found
        self._known |= {name: found[name] for name in ("id", "refreshToken") if name in found}
        if "accessToken" in found:
            self._headers["Authorization"] = f"Bearer {found['accessToken']}"
        if is_row and "If-Match" not in self._headers:
            self._headers["If-Match"] = answer.headers["ETag"]
