"""manage.py basic_header, as a process: what it prints is what a shell would paste."""

import io
import os
import pty
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command, load_command_class

pytestmark = pytest.mark.one_database

ROOT = Path(__file__).parent.parent


def run(user: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "manage.py", "basic_header", user]
    return subprocess.run(
        command, cwd=ROOT, input=stdin, capture_output=True, timeout=60, check=False
    )


@pytest.mark.exhaustive
def test_it_prints_the_header_for_a_piped_password() -> None:
    done = run("admin", b"admin\n")
    assert (done.stdout, done.stderr) == (b"Authorization: Basic YWRtaW46YWRtaW4=\n", b"")


@pytest.mark.exhaustive
def test_it_speaks_utf_8() -> None:
    assert run("ада", "é:é\n".encode()).stdout == b"Authorization: Basic 0LDQtNCwOsOpOsOp\n"


@pytest.mark.exhaustive
@pytest.mark.parametrize(
    ("stdin", "complaint"),
    [(b"sec\tret", b"control characters"), (b"secret\xff", b"must be UTF-8")],
)
def test_it_refuses_what_basic_cannot_carry_in_one_line(stdin: bytes, complaint: bytes) -> None:
    done = run("admin", stdin)
    assert (done.returncode, done.stdout) == (1, b"")
    assert complaint in done.stderr
    assert done.stderr.count(b"\n") == 1
    assert b"secret" not in done.stderr


# Each process costs more than a second. These cases need none of their own.
@pytest.fixture
def print_header(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], str]:
    def print_header(user: str, stdin: str) -> str:
        monkeypatch.setattr(sys, "stdin", io.StringIO(stdin, newline=""))
        out = io.StringIO()
        call_command("basic_header", user, stdout=out)
        return out.getvalue()

    return print_header


@pytest.mark.parametrize("stdin", ["admin", "admin\n", "admin\r\n", "admin\nmore\n"])
def test_the_password_is_the_first_line(
    print_header: Callable[[str, str], str], stdin: str
) -> None:
    assert print_header("admin", stdin) == "Authorization: Basic YWRtaW46YWRtaW4=\n"


@pytest.mark.parametrize(
    ("user", "stdin", "complaint"),
    [("a:b", "secret", "a colon cannot"), ("admin", "", "No password came")],
)
def test_it_says_what_basic_cannot_carry(
    print_header: Callable[[str, str], str], user: str, stdin: str, complaint: str
) -> None:
    with pytest.raises(CommandError, match=complaint) as refused:
        print_header(user, stdin)
    assert "\n" not in str(refused.value)
    assert "secret" not in str(refused.value)


@pytest.mark.exhaustive
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
    words = load_command_class("auth_basic", "basic_header").help
    assert "neither the user nor the password is looked up" in words
