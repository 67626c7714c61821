"""A start with a wrong environment ends in one message and no stack trace, whoever starts."""

import pytest

from api_http.request import TolerantRequest
from tests.processes import run_python

pytestmark = [pytest.mark.exhaustive, pytest.mark.one_database]


@pytest.mark.parametrize(
    "arguments", [("manage.py", "check"), ("manage.py", "runserver"), ("-c", "import config.wsgi")]
)
def test_a_wrong_environment_is_one_message(arguments: tuple[str, ...]) -> None:
    process = run_python(*arguments, PORT="x")
    assert process.returncode == 1
    assert (
        process.stderr
        == "The environment cannot be used:\n  PORT is 'x'; it may hold a whole number from 1 to 65535.\n"
    )


def test_a_server_process_never_develops() -> None:
    process = run_python("-c", "import config.wsgi", SECRET_KEY="")
    assert process.returncode == 1
    assert "SECRET_KEY is empty" in process.stderr


@pytest.mark.django_db
def test_a_server_process_makes_tolerant_requests() -> None:
    from config.wsgi import application

    assert application.request_class is TolerantRequest
