"""The sample of nginx: it ends HTTPS, says who calls, and keeps slow clients from the service."""

from __future__ import annotations

import datetime
import http.client
import json
import os
import shutil
import socket
import sqlite3
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.environment import require
from tests.processes import ROOT, find_free_port, run_python, stop, wait_for_port

pytestmark = [pytest.mark.exhaustive, pytest.mark.one_database]

NGINX = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
HOST = "api.example.org"
THREADS = 2
SLOW = 40


def write_certificate(folder: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    form, secrecy = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    (folder / "cert.pem").write_bytes(certificate.public_bytes(pem))
    (folder / "cert.key").write_bytes(key.private_bytes(pem, form, secrecy))


def write_configuration(folder: Path, port: int, service: int) -> Path:
    """Write the sample with this test's ports and certificate, and what Debian's nginx.conf has
    around it.
    """
    sample = (ROOT / "deploy" / "nginx.conf").read_text(encoding="utf-8")
    changes = {
        "listen 443 ssl": f"listen 127.0.0.1:{port} ssl",
        "server 127.0.0.1:8000": f"server 127.0.0.1:{service}",
        f"/etc/ssl/certs/{HOST}.pem": str(folder / "cert.pem"),
        f"/etc/ssl/private/{HOST}.key": str(folder / "cert.key"),
    }
    for old, new in changes.items():
        assert old in sample
        sample = sample.replace(old, new)
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    places = "".join(f"{kind}_temp_path {folder}/{kind};" for kind in kinds)
    path = folder / "nginx.conf"
    path.write_text(
        f"daemon off; pid {folder}/pid; error_log {folder}/error.log;\n"
        f"events {{}}\nhttp {{ access_log off; {places}\n{sample}\n}}\n",
        encoding="utf-8",
    )
    return path


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("proxy")
    folder.chmod(0o755)
    return folder


@pytest.fixture(scope="module")
def port(folder: Path) -> Iterator[int]:
    """nginx in front of one worker with two threads."""
    require(NGINX, "nginx")
    port, service = find_free_port(), find_free_port()
    write_certificate(folder)
    configuration = write_configuration(folder, port, service)
    database = {"DATABASE_URL": f"sqlite:///{folder / 'db.sqlite3'}", "REDIS_URL": ""}
    environment = os.environ | database | {"ALLOWED_HOSTS": HOST, "TRUSTED_PROXIES": "127.0.0.1"}
    assert run_python("manage.py", "migrate", "--verbosity=0", **database).returncode == 0
    options = ("--interface", "wsgi", "--port", str(service), "--blocking-threads", str(THREADS))
    command = [sys.executable, "-m", "granian", *options, "--no-log", "config.wsgi:application"]
    with ExitStack() as stack:
        granian = subprocess.Popen(command, cwd=ROOT, env=environment, start_new_session=True)
        stack.callback(stop, granian)
        wait_for_port(service, granian)
        nginx = subprocess.Popen([str(NGINX), "-c", str(configuration)], start_new_session=True)
        stack.callback(stop, nginx)
        wait_for_port(port, nginx)
        yield port


def connect(port: int) -> ssl.SSLSocket:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context.wrap_socket(
        socket.create_connection(("127.0.0.1", port), timeout=30), server_hostname=HOST
    )


def ask(
    port: int, method: str, path: str, body: str | None = None, **headers: str
) -> tuple[int, str]:
    connection = http.client.HTTPConnection(HOST)
    connection.sock = connect(port)
    try:
        connection.request(method, path, body, {"Content-Type": "application/json", **headers})
        response = connection.getresponse()
        return response.status, response.read().decode()
    finally:
        connection.close()


def test_unfinished_requests_take_no_thread_of_the_service(port: int) -> None:
    lines = (
        "POST /api/login HTTP/1.1",
        f"Host: {HOST}",
        "Content-Type: application/json",
        "Content-Length: 200",
    )
    head = "\r\n".join((*lines, "", "{"))
    with ExitStack() as stack:
        for _ in range(SLOW):
            connection = stack.enter_context(connect(port))
            connection.sendall(head.encode())
        for _ in range(THREADS + 1):
            assert ask(port, "GET", "/api/_health/live")[0] == 204


def test_the_client_cannot_say_where_it_comes_from(port: int, folder: Path) -> None:
    wrong = json.dumps({"username": "nobody", "password": "wrong"})
    forged = {"X-Forwarded-For": "203.0.113.1", "X_Forwarded_For": "203.0.113.2"}
    assert ask(port, "POST", "/api/login", wrong, **forged)[0] == 401
    with closing(sqlite3.connect(folder / "db.sqlite3")) as database:
        events = database.execute("SELECT DISTINCT address FROM auth_core_authevent").fetchall()
    assert events == [("127.0.0.1",)]


def test_a_body_that_is_too_long_is_refused(port: int) -> None:
    assert ask(port, "POST", "/api/login", "x" * 1_100_000)[0] == 413
    assert ask(port, "POST", "/api/customers/1/scan", "x" * 12_000_000)[0] == 413
