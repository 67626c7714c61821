"""A client of the service with requests: login, refresh, pages, errors, logout."""

from __future__ import annotations

import sys
from threading import Lock
from typing import Any

import requests

SECONDS = 30


class ProblemError(Exception):
    """A refused request: a problem document (RFC 9457). `errors` has a fault for each field."""

    def __init__(self, answer: requests.Response) -> None:
        found = answer.json()
        super().__init__(found["detail"])
        self.status: int = answer.status_code
        self.errors: list[dict[str, str]] = found.get("errors", [])


class Service:
    """Sends the access token. When the token has expired, it refreshes and asks again.

    Threads may share it: of many refused requests one refreshes, and the others wait.
    """

    def __init__(self, address: str) -> None:
        self.address = address
        self.http = requests.Session()
        self.tokens: dict[str, Any] = {}
        self._refreshing = Lock()

    def log_in(self, username: str, password: str) -> None:
        body = {"username": username, "password": password}
        self.tokens = self._send("POST", "/api/login", json=body).json()

    def log_out(self) -> None:
        tokens, self.tokens = self.tokens, {}
        body = {"refreshToken": tokens["refreshToken"]}
        self._send("POST", "/api/logout", json=body)

    def ask(self, method: str, path: str, **options: Any) -> requests.Response:
        used = self.tokens.get("accessToken")
        try:
            return self._send(method, path, used, **options)
        except ProblemError as problem:
            if problem.status != 401 or used is None:
                raise
        self._refresh(used)
        return self._send(method, path, self.tokens.get("accessToken"), **options)

    def _refresh(self, used: str) -> None:
        with self._refreshing:
            # Another thread was faster.
            if self.tokens.get("accessToken") != used:
                return
            body = {"refreshToken": self.tokens["refreshToken"]}
            try:
                self.tokens = self._send("POST", "/api/token/refresh", json=body).json()
            except ProblemError as problem:
                # 401: the session has ended. Anything else may pass, so the tokens stay.
                if problem.status == 401:
                    self.tokens = {}
                raise

    def _send(
        self, method: str, path: str, token: str | None = None, **options: Any
    ) -> requests.Response:
        headers = options.pop("headers", {})
        if token:
            headers = {**headers, "Authorization": f"Bearer {token}"}
        answer = self.http.request(
            method, self.address + path, headers=headers, timeout=SECONDS, **options
        )
        if not answer.ok:
            raise ProblemError(answer)
        return answer


def main(address: str = "http://localhost:8000", password: str = "admin") -> None:
    service = Service(address)
    service.log_in("admin", password)
    for name in ("Ada", "Grace", "Mary"):
        service.ask("POST", "/api/customers", json={"firstName": name, "lastName": "Python"})

    # Filters, order and pages. `Prefer` asks for the number of all rows.
    wanted = {"where[lastName]": "Python", "orderBy[firstName]": "desc", "skip": 1, "take": 1}
    count = {"Prefer": "count=exact"}
    page = service.ask("GET", "/api/customers", params=wanted, headers=count)
    print([row["firstName"] for row in page.json()], "of", page.headers["X-Total-Count"])

    # The ETag of a row, sent with a change, keeps the changes of others.
    path = f"/api/customers/{page.json()[0]['id']}"
    unchanged = {"If-Match": service.ask("GET", path).headers["ETag"]}
    print(service.ask("PATCH", path, json={"phone": "1"}, headers=unchanged).json()["phone"])
    try:
        service.ask("PATCH", path, json={"phone": "2"}, headers=unchanged)
    except ProblemError as problem:
        print(problem.status)

    # A refused request has a fault for each field.
    try:
        service.ask("POST", "/api/customers", json={"firstName": "x" * 1001})
    except ProblemError as problem:
        print(problem.status, [fault["pointer"] for fault in problem.errors])
    service.log_out()


if __name__ == "__main__":
    main(*sys.argv[1:])
