"""`quickstart`: what it prints, serves, keeps and refuses, and how it ends."""

import json
import os
import shlex
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from runtime.address import AddressError, find_address
from runtime.management.commands.quickstart import LOCAL_HOSTS, allow_hosts
from tests.environment import KEYS
from tests.processes import find_free_port, run_python
from tests.quickstarted import Quickstart, quickstart

pytestmark = pytest.mark.exhaustive

LOGIN = (
    "curl -X POST {}/api/login -H 'Content-Type: application/json' -d "
    """'{"username":"admin","password":"admin"}'"""
)
BASIC = "curl {}/api/customers -H 'Authorization: Basic YWRtaW46YWRtaW4='"
BEARER = "curl {}/api/customers -H 'Authorization: Bearer ACCESS_TOKEN'"
OPEN = "curl {}/api/customers"


def run_curl(service: Quickstart, command: str) -> Any:
    """What the line from the screen prints, run as a shell would."""
    command = command.replace("{}", service.url)
    done = subprocess.run(
        [*shlex.split(command), "-sS"], check=True, capture_output=True, text=True, timeout=30
    )
    return json.loads(done.stdout)


def find_curls(service: Quickstart) -> list[str]:
    return [
        line.strip().replace(service.url, "{}")
        for line in service.screen.splitlines()
        if "  curl" in line
    ]


def test_its_first_screen_works_word_for_word(database_url: str, tmp_path: Path) -> None:
    with quickstart(tmp_path, DATABASE_URL=database_url) as service:
        assert find_curls(service) == [LOGIN, BASIC, BEARER]
        assert {service.url, f"{service.url}/api", f"{service.url}/admin/"} <= set(
            service.screen.split()
        )
        token = run_curl(service, LOGIN)["accessToken"]
        assert len(run_curl(service, BASIC)) == 50
        assert len(run_curl(service, BEARER.replace("ACCESS_TOKEN", token))) == 50
        assert "Address already in use" in refuse(
            "--port", service.url.rpartition(":")[2], DATABASE_URL=database_url
        )


@pytest.mark.parametrize(
    ("plugins", "curls"),
    [("", [OPEN]), ("auth_core,auth_basic", [LOGIN, BASIC])],
)
def test_it_suggests_what_the_plugins_allow(
    database_url: str, tmp_path: Path, plugins: str, curls: list[str]
) -> None:
    with quickstart(tmp_path, DATABASE_URL=database_url, AUTH_PLUGINS=plugins) as service:
        assert find_curls(service) == curls
        assert ("No authentication plugin is installed" in service.screen) is (not plugins)
        assert isinstance(run_curl(service, curls[0]), dict if plugins else list)


def test_run_again_it_keeps_all_data(database_url: str, tmp_path: Path) -> None:
    with quickstart(tmp_path, DATABASE_URL=database_url) as service:
        assert "admin / admin" in service.screen
    change_data(database_url)
    with quickstart(tmp_path, DATABASE_URL=database_url) as service:
        assert "admin / (the password that was set)" in service.screen
        assert find_curls(service)[1] == "curl {}/api/customers -u admin"
        customers = run_curl(service, f"{OPEN} -u admin:changed")
        assert [customer["firstName"] for customer in customers] == ["Changed"]


def change_data(database_url: str) -> None:
    """Leave one customer, changed, and give admin another password."""
    code = (
        "import django; django.setup()\n"
        "from accounts.models import User\n"
        "from tests.shop.models import Customer\n"
        "kept = Customer.objects.first()\n"
        "Customer.objects.exclude(pk=kept.pk).delete()\n"
        "Customer.objects.update(first_name='Changed')\n"
        "admin = User.objects.get()\n"
        "admin.set_password('changed')\n"
        "admin.save()\n"
    )
    environment = {"DATABASE_URL": database_url, "DJANGO_SETTINGS_MODULE": "tests.settings"}
    assert run_python("-c", code, **environment).returncode == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_it_without_a_word_or_a_process_left(
    database_url: str, tmp_path: Path, number: signal.Signals
) -> None:
    with quickstart(tmp_path, DATABASE_URL=database_url) as service:
        assert service.end(number) == (0, "")
        with pytest.raises(ProcessLookupError):
            os.killpg(service.process.pid, 0)


@pytest.mark.one_database
def test_starts_at_the_same_time_wait_for_each_other(tmp_path: Path) -> None:
    database, port = f"sqlite:///{tmp_path}/db.sqlite3", find_free_port()

    def start(name: str, port: int) -> Quickstart | str:
        try:
            return Quickstart(tmp_path / name, port, DATABASE_URL=database, REDIS_URL="")
        except RuntimeError as error:
            return str(error)

    with ThreadPoolExecutor(3) as pool:
        started = list(pool.map(start, "abc", (port, port, find_free_port())))
    served = [each for each in started if isinstance(each, Quickstart)]
    try:
        (refused,) = (each for each in started if isinstance(each, str))
        assert f"Cannot listen at 127.0.0.1:{port}: Address already in use." in refused
        assert "Traceback" not in refused
        counts = [len(run_curl(each, f"{OPEN} -u admin:admin")) for each in served]
        assert counts == [50, 50]
    finally:
        for each in served:
            each.end(signal.SIGKILL)


@pytest.mark.parametrize("works", [True, False])
def test_it_opens_the_browser_once_it_answers(
    database_url: str, tmp_path: Path, *, works: bool
) -> None:
    browser = tmp_path / "browser"
    browser.write_text(
        f'#!/bin/sh\ncurl -s -o /dev/null -w "%{{http_code}}" "$1" > {tmp_path}/seen\n'
    )
    browser.chmod(0o700 if works else 0o600)
    command = {"BROWSER": f"{browser} %s", "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin"}
    with quickstart(tmp_path, "--open", DATABASE_URL=database_url, **command) as service:
        seen, screen = tmp_path / "seen", tmp_path / "screen.txt"
        deadline = time.monotonic() + 30
        sign = f"No browser could be opened: open {service.url} yourself.\n"
        while time.monotonic() < deadline:
            if (seen.exists() and seen.read_text()) or sign in screen.read_text():
                break
            time.sleep(0.05)
        assert (seen.exists() and seen.read_text() == "200") is works
        assert (sign in screen.read_text()) is not works


INTERRUPTING = """
import os, signal, sys, weakref

class Thing: pass

class Finder:
    def find_spec(self, name, path=None, target=None):
        if name == "runtime.server":
            thing = Thing()
            self.reference = weakref.ref(thing, lambda _: os.kill(os.getpid(), signal.SIGINT))
            del thing

sys.meta_path.insert(0, Finder())
"""


@pytest.mark.one_database
def test_ctrl_c_ends_the_start_even_within_a_callback_of_the_interpreter(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(INTERRUPTING)
    fresh = dict.fromkeys(("SECRET_KEY", "JWT_SECRET_KEY"), "") | {
        "DEBUG": "true",
        "PYTHONPATH": str(tmp_path),
    }
    database = f"sqlite:///{tmp_path}/db.sqlite3"
    port = str(find_free_port())
    done = run_python("manage.py", "quickstart", "--port", port, DATABASE_URL=database, **fresh)
    line = "\nInterrupted. Run it again to go on.\n"
    assert (done.returncode, done.stdout, done.stderr) == (130, "", line)


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("host", "named", "expected"),
    [
        ("127.0.0.1", [], []),
        ("localhost", [], []),
        ("0.0.0.0", [], ["*"]),  # noqa: S104 (compared only)
        ("::", [], ["*"]),
        ("0.0.0.0", ["api.example.org"], ["api.example.org"]),  # noqa: S104
        ("box.example.org", [], [*LOCAL_HOSTS, "box.example.org"]),
        ("fd00::7", [], [*LOCAL_HOSTS, "[fd00::7]"]),
    ],
)
def test_it_answers_to_the_host_that_was_asked_for(
    settings: Any, host: str, named: list[str], expected: list[str]
) -> None:
    settings.ALLOWED_HOSTS = named
    allow_hosts(host)
    assert expected == settings.ALLOWED_HOSTS


def test_a_foreign_host_name_is_refused(database_url: str, tmp_path: Path) -> None:
    """Another site's name may lead to this machine, so that its scripts read the answers (DNS
    rebinding).
    """
    with quickstart(tmp_path, DATABASE_URL=database_url) as service:
        for host, status in {"evil.example.org": 400, "localhost": 401}.items():
            request = Request(f"{service.url}/api/customers", headers={"Host": host})
            with pytest.raises(HTTPError) as refusal:
                urlopen(request)
            assert refusal.value.code == status
            refusal.value.close()


def refuse(*arguments: str, **environment: str) -> str:
    """The one line with which it refuses."""
    fresh = dict.fromkeys(("SECRET_KEY", "JWT_SECRET_KEY"), "") | {"DEBUG": "true"} | environment
    done = run_python("manage.py", "quickstart", *arguments, **fresh)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1), done.stderr
    return done.stderr


@pytest.mark.one_database
def test_a_taken_port_is_one_line_and_changes_nothing(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = str(server.getsockname()[1])
        line = refuse("--port", port, DATABASE_URL=f"sqlite:///{tmp_path}/db.sqlite3")
    assert line == (
        f"CommandError: Cannot listen at 127.0.0.1:{port}: Address already in use. "
        "Choose another port with --port, or another host with --host.\n"
    )
    assert not list(tmp_path.iterdir())


@pytest.mark.one_database
def test_without_debug_it_refuses_with_the_remedy(tmp_path: Path) -> None:
    line = refuse(DEBUG="false", DATABASE_URL=f"sqlite:///{tmp_path}/db.sqlite3", **KEYS)
    assert "set DEBUG=true, or start as docs/production.md says" in line
    assert not list(tmp_path.iterdir())


@pytest.mark.one_database
def test_a_database_that_cannot_be_used_is_one_line(tmp_path: Path) -> None:
    # A folder instead of a file. A start without a folder of its own may wait for another test's.
    line = refuse("--port", str(find_free_port()), DATABASE_URL=f"sqlite:///{tmp_path}")
    assert (
        "The database cannot be used: unable to open database file. DATABASE_URL says which one "
        "it is." in line
    )


@pytest.mark.one_database
@pytest.mark.parametrize("port", ["0", "-1", "65536", "8000x", "", "٨٠٠٠", "1e3", "9" * 5000])
def test_what_is_no_port_is_refused(port: str) -> None:
    with pytest.raises(AddressError, match=r"There is no port '.*'\. Choose one from 1 to 65535"):
        find_address("127.0.0.1", port)


@pytest.mark.one_database
@pytest.mark.parametrize("host", ["nowhere.invalid", "256.1.1.1", "a" * 300, "a..b", "[::1]"])
def test_what_is_no_host_is_refused(host: str) -> None:
    with pytest.raises(AddressError, match="There is no host"):
        find_address(host, "8000")


@pytest.mark.one_database
def test_a_host_of_another_machine_is_refused() -> None:
    # RFC 5737 keeps this network for documentation.
    with pytest.raises(AddressError, match=r"Cannot listen at 192\.0\.2\.1:8000"):
        find_address("192.0.2.1", "8000")


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:{}"),
        ("localhost", "http://localhost:{}"),
        ("0.0.0.0", "http://127.0.0.1:{}"),  # noqa: S104 an address to print
        ("::1", "http://[::1]:{}"),
        ("::", "http://[::1]:{}"),
    ],
)
def test_the_printed_address_is_one_that_a_client_can_use(host: str, url: str) -> None:
    port = str(find_free_port())
    assert find_address(host, port).url == url.format(port)
