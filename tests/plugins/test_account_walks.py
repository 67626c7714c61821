"""From the sign-up over the mail to a call with a second factor, a forgotten password and a login by
a passkey: in a real browser, by curl, and by GraphQL.
"""

from __future__ import annotations

import email
import json
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from email import policy
from pathlib import Path
from typing import Any, NamedTuple

import pyotp
import pytest

from tests.environment import require
from tests.node_process import install_packages
from tests.once import walk_once
from tests.plugins.authenticator import Authenticator
from tests.processes import find_free_port, run_python, serve
from tests.test_swagger import BROWSER, FOLDER

pytestmark = [pytest.mark.exhaustive, pytest.mark.one_database]
PASSWORD, NEXT = "analytical engine of 1837", "difference engine of 1822"


class Place(NamedTuple):
    address: str
    mails: Path

    def read_mail(self, to: str, subject: str) -> str:
        """Return the text of a mail, which the outbox sends after the answer."""
        for _ in range(600):
            for path in sorted(self.mails.iterdir()):
                for text in path.read_text().split("-" * 79 + "\n"):
                    mail: Any = email.message_from_string(text, policy=policy.default)
                    if mail["To"] == to and str(mail["Subject"]).startswith(subject):
                        return str(mail.get_body(("plain",)).get_content())
            time.sleep(0.1)
        raise AssertionError(f"no mail {subject!r} to {to}")

    def read_token(self, to: str, subject: str) -> str:
        return re.split(r"token=", self.read_mail(to, subject))[1].split()[0]

    def curl(self, path: str, body: Any = None, *, token: str = "", method: str = "") -> Any:
        """Return the answer's JSON, or its status where there is none."""
        command = ["curl", "-sS", "-w", "\n%{http_code}", f"{self.address}{path}"]
        if body is not None:
            command += ["-H", "Content-Type: application/json", "-d", json.dumps(body)]
        if token:
            command += ["-H", f"Authorization: Bearer {token}"]
        if method:
            command += ["-X", method]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
        answer, _, status = done.stdout.rpartition("\n")
        return json.loads(answer) if answer else int(status)

    def ask(self, query: str, *, access: str = "", **variables: Any) -> Any:
        body = {"query": query, "variables": variables}
        found = self.curl("/graphql", body, token=access)
        assert "errors" not in found, found
        return found["data"]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("account")
    (folder / "mails").mkdir()
    port = find_free_port()
    environment = {
        "AUTH_PLUGINS": "auth_core,auth_jwt,auth_basic,auth_mfa,auth_accounts,auth_magic",
        "DATABASE_URL": f"sqlite:///{folder / 'db.sqlite3'}",
        "DEBUG": "true",
        # The counters of mails in a Redis would outlive the test.
        "REDIS_URL": "",
        "SIGN_UP": "open",
        "MFA_REQUIRED_FOR": "staff",
        "EMAIL_URL": f"file://{folder / 'mails'}",
        # Browsers take no passkeys for addresses without a name.
        "PUBLIC_URL": f"http://localhost:{port}",
    }
    for command in ("migrate", "seed_users"):
        assert run_python("manage.py", command, **environment).returncode == 0
    with serve(port, **environment):
        yield Place(environment["PUBLIC_URL"], folder / "mails")


@pytest.fixture(scope="module")
def seen(place: Place, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    require(shutil.which("npm"), "Node with npm")
    require(BROWSER, "Chromium")
    install_packages(FOLDER)
    return walk_once(tmp_path_factory, "account", lambda: walk_account(place))


def walk_account(place: Place) -> dict[str, Any]:
    arguments = [str(FOLDER / "account.mjs"), str(BROWSER), place.address, str(place.mails)]
    done = subprocess.run(
        ["node", *arguments], capture_output=True, text=True, timeout=500, check=False
    )
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


def test_a_person_signs_up_and_sets_up_a_second_factor(seen: dict[str, Any]) -> None:
    assert (seen["email"], seen["sessions"]) == ("ada@example.org (verified)", 1)
    assert ("15 characters" in seen["short"], "incorrect" in seen["wrong"]) == (True, True)
    assert (seen["picture"], seen["codes"], seen["hidden"]) == (True, 10, False)
    assert (seen["focus"], "code" in seen["second"]) == ("otp", True)
    assert (seen["me"]["username"], seen["me"]["emailVerified"]) == ("ada", True)


def test_a_name_that_was_taken_meanwhile_is_replaced(seen: dict[str, Any]) -> None:
    assert "already exists" in seen["taken"]


def test_a_person_deletes_the_account(seen: dict[str, Any]) -> None:
    assert seen["still"] == "This is not the current password."
    assert seen["deleted"] == "Your account is deleted."


def test_a_passkey_logs_in_on_every_page(seen: dict[str, Any]) -> None:
    assert seen["factors"] == ["Authenticator app", 'Passkey "My key"']
    assert seen["passkeys"] == ["/", "/api", "/graphql"]
    assert "may not use the admin" in seen["stranger"]


def test_staff_that_must_have_a_factor_sets_it_up_when_the_login_is_refused(
    seen: dict[str, Any],
) -> None:
    assert "needs a second factor" in seen["missing"]
    assert seen["spares"] == 10
    assert seen["admin"] == "Accounts administration"


def test_a_person_manages_logins_codes_and_the_password(seen: dict[str, Any]) -> None:
    assert (seen["renewed"], seen["before"] > 1, seen["left"]) == (10, True, 1)
    assert "is changed" in seen["changed"]


def test_the_link_of_a_mail_logs_in_and_leaves_the_address(seen: dict[str, Any]) -> None:
    assert seen["kept"].endswith("/account/magic")
    assert seen["mailed"].startswith("You are ada")


def test_the_pages_are_accessible_at_every_width_in_both_themes(seen: dict[str, Any]) -> None:
    assert (seen["faults"], seen["wide"]) == ([], [])


def test_the_pages_leak_and_load_nothing(seen: dict[str, Any]) -> None:
    assert (seen["outside"], seen["referrers"], seen["refused"]) == ([], [], [])
    assert (seen["errors"], seen["leaked"], seen["stored"].count("engine")) == ([], [], 0)
    assert (seen["forms"], seen["enabled"]) == (0, 0)


def test_the_same_by_curl(place: Place) -> None:
    to = "grace@example.org"
    signed = {"email": to, "username": "grace", "password": PASSWORD}
    assert place.curl("/api/register", signed) == 202
    token = place.read_token(to, "Confirm")
    assert place.curl("/api/register/verify", {"token": token}) == 204
    login = {"username": "grace", "password": PASSWORD}
    access = place.curl("/api/login", login)["accessToken"]
    proof = {"currentPassword": PASSWORD}
    secret = place.curl("/api/me/factors/totp", proof, token=access)["secret"]
    first = {"otp": pyotp.TOTP(secret).now()}
    codes = place.curl("/api/me/factors/totp/confirm", first, token=access)["recoveryCodes"]
    assert place.curl("/api/login", login)["code"] == "second_factor_required"
    access = place.curl("/api/login", {**login, "otp": codes[0]})["accessToken"]
    assert place.curl("/api/me", token=access)["emailVerified"] is True
    options = place.curl("/api/me/passkeys/options", {**proof, "otp": codes[1]}, token=access)
    key = Authenticator(place.address)
    made = {"name": "key", "credential": key.create(options)}
    assert place.curl("/api/me/passkeys", made, token=access)["kind"] == "passkey"
    assert place.curl("/api/password/reset", {"email": to}) == 202
    reset = {"token": place.read_token(to, "Choose"), "newPassword": NEXT}
    assert place.curl("/api/password/reset/confirm", reset) == 204
    assert place.curl("/api/me", token=access)["status"] == 401
    credential = key.get(place.curl("/api/login/passkey/options", {}))
    answer = place.curl("/api/login/passkey", {"credential": credential})
    assert place.curl("/api/me", token=answer["accessToken"])["username"] == "grace"


def test_the_same_by_graphql(place: Place) -> None:
    to, ask = "joan@example.org", place.ask
    register = "mutation ($data: RegisterInput!) { register(data: $data) }"
    ask(register, data={"email": to, "username": "joan", "password": PASSWORD})
    verify = "mutation ($token: String!) { verifyEmail(token: $token) }"
    ask(verify, token=place.read_token(to, "Confirm"))
    log_in = "mutation ($c: Credentials!) { login(credentials: $c) { accessToken } }"
    login = {"username": "joan", "password": PASSWORD}
    access = ask(log_in, c=login)["login"]["accessToken"]
    begin = "mutation ($p: String!) { beginTotp(currentPassword: $p) { secret } }"
    secret = ask(begin, access=access, p=PASSWORD)["beginTotp"]["secret"]
    confirm = "mutation ($otp: String!) { confirmTotp(otp: $otp) }"
    codes = ask(confirm, access=access, otp=pyotp.TOTP(secret).now())["confirmTotp"]
    access = ask(log_in, c={**login, "otp": codes[0]})["login"]["accessToken"]
    assert ask("{ userInfo { username } }", access=access)["userInfo"]["username"] == "joan"
    begin = "mutation ($p: String!, $o: String) { beginPasskey(currentPassword: $p, otp: $o) }"
    options = ask(begin, access=access, p=PASSWORD, o=codes[1])["beginPasskey"]
    key = Authenticator(place.address)
    add = "mutation ($c: String!) { addPasskey(credential: $c) { id } }"
    assert ask(add, access=access, c=json.dumps(key.create(json.loads(options))))
    ask("mutation ($e: String!) { requestPasswordReset(email: $e) }", e=to)
    reset = "mutation ($t: String!, $p: String!) { resetPassword(token: $t, newPassword: $p) }"
    ask(reset, t=place.read_token(to, "Choose"), p=NEXT)
    options = ask("mutation { beginPasskeyLogin }")["beginPasskeyLogin"]
    enter = "mutation ($c: String!) { logInByPasskey(credential: $c) { accessToken } }"
    answer = ask(enter, c=json.dumps(key.get(json.loads(options))))
    access = answer["logInByPasskey"]["accessToken"]
    assert ask("{ userInfo { username } }", access=access)["userInfo"]["username"] == "joan"
