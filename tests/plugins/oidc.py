"""A real issuer for the tests of auth_oidc, and a browser that logs in there."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.cookiejar import CookieJar
from typing import Any
from urllib.error import HTTPError
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit
from urllib.request import HTTPCookieProcessor, HTTPRedirectHandler, Request, build_opener, urlopen

from django.test import Client

from auth_oidc.flow import make_challenge
from auth_oidc.issuers import Issuer
from tests.environment import require
from tests.node_process import FOLDER, install_packages
from tests.processes import find_free_port, stop, wait_for_port

CALLBACK = "http://testserver/account/oidc/main/callback"
VERIFIER = "a verifier that a page has made and keeps to itself"


class IssuerProcess:
    """An oidc-provider in a process of its own."""

    def __init__(self, port: int, redirects: tuple[str, ...]) -> None:
        command = ["node", "issuer.mjs", str(port), *redirects]
        self.address = f"http://127.0.0.1:{port}"
        self.process = subprocess.Popen(
            command, cwd=FOLDER, stderr=subprocess.DEVNULL, start_new_session=True
        )
        wait_for_port(port, self.process)

    def stop(self) -> None:
        stop(self.process)

    def describe(self, **more: Any) -> Issuer:
        """Return the settings of this issuer."""
        known = {
            "audience": ("urn:service",),
            "client_id": "service",
            "client_secret": "the secret: of the service",
            "roles_claim": "realm_access.roles",
            "label": "Main",
        }
        return Issuer(name="main", issuer=self.address, **known | more)

    def ask(self, action: str, **given: Any) -> Any:
        request = Request(f"{self.address}/test/{action}", json.dumps(given).encode())
        with urlopen(request, timeout=30) as answer:
            return json.load(answer)

    def sign(self, header: dict[str, Any] | None = None, **claims: Any) -> str:
        """Return a token with good claims, but for those that are given; `None` leaves one out."""
        now = int(time.time())
        good = {
            "iss": self.address,
            "aud": "urn:service",
            "sub": "ada-at-issuer",
            "iat": now,
            "exp": now + 60,
        }
        given = {name: value for name, value in (good | claims).items() if value is not None}
        return str(self.ask("sign", header=header or {}, claims=given))

    def get_machine_token(self) -> str:
        """Return an access token that the issuer itself makes, by the client credentials grant."""
        form = {
            "grant_type": "client_credentials",
            "client_id": "machine",
            "client_secret": "a secret",
            "resource": "urn:service",
            "scope": "api",
        }
        with urlopen(f"{self.address}/token", urlencode(form).encode(), timeout=30) as answer:
            return str(json.load(answer)["access_token"])


@contextmanager
def run_issuer(*redirects: str) -> Iterator[IssuerProcess]:
    require(shutil.which("node") and shutil.which("npm"), "Node")
    install_packages(FOLDER)
    process = IssuerProcess(find_free_port(), redirects or (CALLBACK,))
    try:
        yield process
    finally:
        process.stop()


class _Stops(HTTPRedirectHandler):
    """Follows redirects of the issuer, and stops at one that leads elsewhere."""

    def redirect_request(self, req: Request, *rest: Any) -> Request | None:
        target = urljoin(req.full_url, rest[-1])
        same = urlsplit(target).netloc == urlsplit(req.full_url).netloc
        return super().redirect_request(req, *rest) if same else None


def log_in_at_issuer(address: str, subject: str) -> str:
    """Log in with a new browser, consent, and return where the issuer sends the browser then."""
    browser = build_opener(HTTPCookieProcessor(CookieJar()), _Stops())
    form: dict[str, str] | None = None
    for _ in range(3):
        body = urlencode(form).encode() if form else None
        try:
            with browser.open(Request(address, body), timeout=30) as answer:
                page = answer.read().decode()
        except HTTPError as redirect:
            return str(redirect.headers["Location"])
        found = re.search(r'action="([^"]+)"', page)
        prompt = re.search(r'name="prompt" value="(\w+)"', page)
        assert found, page
        assert prompt, page
        address = urljoin(address, found[1])
        form = {"prompt": prompt[1], "login": subject, "password": "any"}
    raise AssertionError("The issuer does not come to an end")


def begin(client: Client, **query: str) -> str:
    """Begin a login here; return the address at the issuer."""
    answer = client.get("/account/oidc/main/login", query)
    assert answer.status_code == 302, answer.content
    return str(answer["Location"])


def come_back(client: Client, address: str) -> Any:
    """Ask for the address that the issuer has sent the browser to."""
    target = urlsplit(address)
    assert target.path == "/account/oidc/main/callback"
    return client.get(f"{target.path}?{target.query}")


def run_flow(client: Client, subject: str, **query: str) -> dict[str, str]:
    """Go the whole way as a page does; return the parameters that it gets in the fragment."""
    query = {"next": "/app", "code_challenge": make_challenge(VERIFIER)} | query
    answer = come_back(client, log_in_at_issuer(begin(client, **query), subject))
    assert answer.status_code == 302, answer.content
    path, _, fragment = answer["Location"].partition("#")
    assert path == query["next"]
    return {name: values[0] for name, values in parse_qs(fragment).items()}


def exchange(
    client: Client, code: str, verifier: str = VERIFIER, path: str = "token", **more: str
) -> Any:
    body = {"code": code, "codeVerifier": verifier, **more}
    return client.post(f"/api/oidc/{path}", json.dumps(body), content_type="application/json")
