"""manage.py basic_header, as a process: what it prints is what a shell would paste."""

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.exhaustive, pytest.mark.one_database]

ROOT = Path(__file__).parent.parent


def run(user: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "manage.py", "basic_header", user]
    return subprocess.run(
        command, cwd=ROOT, input=stdin, capture_output=True, timeout=60, check=False
    )


@pytest.mark.parametrize("stdin", [b"admin", b"admin\n", b"admin\r\n", b"admin\nmore\n"])
def test_it_prints_the_header_for_a_piped_password(stdin: bytes) -> None:
    done = run("admin", stdin)
    assert (done.stdout, done.stderr) == (b"Authorization: Basic YWRtaW46YWRtaW4=\n", b"")


def test_it_speaks_utf_8() -> None:
    assert run("ада", "é:é\n".encode()).stdout == b"Authorization: Basic 0LDQtNCwOsOpOsOp\n"


@pytest.mark.parametrize(
    ("user", "stdin", "complaint"),
    [
        ("a:b", b"secret", b"a colon cannot"),
        ("admin", b"", b"No password came"),
        ("admin", b"sec\tret", b"control characters"),
        ("admin", b"secret\xff", b"must be UTF-8"),
    ],
)
def test_it_refuses_what_basic_cannot_carry_in_one_line(
    user: str, stdin: bytes, complaint: bytes
) -> None:
    done = run(user, stdin)
    assert (done.returncode, done.stdout) == (1, b"")
    assert complaint in done.stderr
    assert done.stderr.count(b"\n") == 1
    assert b"secret" not in done.stderr


def test_it_asks_at_a_terminal_and_does_not_echo_the_password() -> None:
    terminal, inside = pty.openpty()
    command = [sys.executable, "manage.py", "basic_header", "admin"]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=inside, stdout=inside, stderr=inside, start_new_session=True
    ) as child:
        screen = read_until(terminal, b"Password:")
        os.write(terminal, b"admin\n")
        screen += read_until(terminal, b"=")
    assert child.returncode == 0
    assert screen.strip().splitlines() == [b"Password: ", b"Authorization: Basic YWRtaW46YWRtaW4="]


def read_until(terminal: int, end: bytes) -> bytes:
    screen = b""
    while end not in screen:
        screen += os.read(terminal, 1024)
    return screen


def test_the_help_says_that_nothing_is_looked_up() -> None:
    assert b"neither the user nor the password is looked up" in b" ".join(
        run("--help").stdout.split()
    )
