"""The sample of docs/proxy.md: nginx asks who calls, and granian merges spellings of a header."""

from __future__ import annotations

import http.client
import json
import re
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.environment import require
from tests.processes import ROOT, find_free_port, run_python, serve, stop, wait_for_port
from tests.proxies import NGINX

pytestmark = [pytest.mark.exhaustive, pytest.mark.one_database]
SECRET = "a-secret-of-the-proxy-for-the-tests-and-no-more"
PLUGINS = {
    "AUTH_PLUGINS": "auth_core,auth_proxy",
    "TRUSTED_PROXIES": "127.0.0.1",
    "DEBUG": "true",
    "DJANGO_SETTINGS_MODULE": "config.settings",
}
HYPHEN, UNDERSCORE = "X-Forwarded-User", "X_Forwarded_User"
# In the place of oauth2-proxy: the cookie names the caller.
GATEWAY = """
    server {{
        listen 127.0.0.1:{gateway};
        location /oauth2/auth {{
            if ($cookie_who = "") {{ return 401; }}
            add_header X-Auth-Request-User $cookie_who always;
            return 202;
        }}
    }}
"""


def write_configuration(folder: Path, port: int, gateway: int, service: int) -> Path:
    """Write the sample with this test's ports, into an nginx that passes underscores on."""
    page = (ROOT / "docs" / "proxy.md").read_text(encoding="utf-8")
    sample = re.search(r"## nginx.*?```\n(.*?)```", page, re.DOTALL)
    assert sample
    changes = {"127.0.0.1:4180": f"127.0.0.1:{gateway}", "127.0.0.1:8000": f"127.0.0.1:{service}"}
    text = sample[1].replace("<secret>", SECRET)
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new)
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    places = "".join(f"{kind}_temp_path {folder}/{kind};" for kind in kinds)
    path = folder / "nginx.conf"
    path.write_text(
        f"daemon off; pid {folder}/pid; error_log {folder}/error.log;\n"
        f"events {{}}\nhttp {{ access_log off; underscores_in_headers on; {places}\n"
        f"{GATEWAY.format(gateway=gateway)}\n"
        f"server {{ listen 127.0.0.1:{port};\n{text}\n}} }}\n",
        encoding="utf-8",
    )
    return path


@pytest.fixture(scope="module")
def ports(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, int]]:
    """The ports of nginx and of granian behind it, which makes users that it does not know."""
    require(NGINX, "nginx")
    folder = tmp_path_factory.mktemp("gateway")
    folder.chmod(0o755)
    port, gateway, service = (find_free_port() for _ in range(3))
    made = {"PROXY_SECRET": SECRET, "PROXY_CREATE_USERS": "true", "REDIS_URL": ""}
    environment = PLUGINS | made | {"DATABASE_URL": f"sqlite:///{folder / 'db.sqlite3'}"}
    for command in (["migrate", "--verbosity=0"], ["seed_users"]):
        assert run_python("manage.py", *command, **environment).returncode == 0
    with ExitStack() as stack:
        stack.enter_context(serve(service, 2, **environment))
        configuration = write_configuration(folder, port, gateway, service)
        nginx = subprocess.Popen([str(NGINX), "-c", str(configuration)], start_new_session=True)
        stack.callback(stop, nginx)
        wait_for_port(port, nginx)
        yield port, service


def ask(port: int, *headers: tuple[str, str]) -> str | int:
    """Return the name of the caller, or the status of a refusal."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.putrequest("GET", "/api/me")
    for name, value in headers:
        connection.putheader(name, value)
    connection.endheaders()
    response = connection.getresponse()
    body = response.read()
    connection.close()
    return json.loads(body)["username"] if response.status == 200 else response.status


def test_the_user_of_the_gateway_calls(ports: tuple[int, int]) -> None:
    port, _ = ports
    assert ask(port, ("Cookie", "who=ada")) == "ada"
    assert ask(port) == 401


@pytest.mark.parametrize("sent", ["admin", " admin", "wrong admin", f"{SECRET[:-1]} admin"])
def test_no_spelling_of_the_client_names_another(ports: tuple[int, int], sent: str) -> None:
    port, service = ports
    for spelling in (HYPHEN, UNDERSCORE, UNDERSCORE.upper(), "X_Forwarded-User"):
        assert ask(port, ("Cookie", "who=ada"), (spelling, sent)) in ("ada", 401)
        # A proxy may send its header first or last.
        own = (HYPHEN, f"{SECRET} ada")
        for headers in ([own, (spelling, sent)], [(spelling, sent), own]):
            assert ask(service, *headers) in ("ada", 401)


def test_such_a_spelling_does_reach_the_service(ports: tuple[int, int]) -> None:
    """Else the test above would show nothing."""
    port, service = ports
    assert ask(port, ("Cookie", "who=ada"), (UNDERSCORE, "admin")) == 401
    assert ask(service, (UNDERSCORE, f"{SECRET} admin")) == "admin"


def test_without_the_secret_the_server_does_not_start() -> None:
    start = ("-c", "import config.wsgi")
    refused = run_python(*start, **PLUGINS, PROXY_SECRET="")
    assert refused.returncode == 1
    assert "auth_proxy.E001" in refused.stderr
    assert "Traceback" not in refused.stderr
    for name in ("RemoteUser", "X-Forwarded-User"):
        secret = "" if name == "RemoteUser" else SECRET
        good = run_python(*start, **PLUGINS, PROXY_SECRET=secret, PROXY_USER_HEADER=name)
        assert good.returncode == 0, good.stderr
