"""Python processes of their own, for what a test's own process cannot show: a start, a broken database."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent


def run_python(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run Python with `arguments` in the project's directory; `environment` is added to the suite's own."""
    command = [sys.executable, *arguments]
    return subprocess.run(
        command, check=False, cwd=ROOT, env=os.environ | environment, capture_output=True, text=True, timeout=60
    )


def request_once(path: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Start the service in a process of its own and print the status and the body of one GET."""
    code = (
        "import django; django.setup()\n"
        "from django.test import Client\n"
        f"response = Client(SERVER_NAME='localhost').get({path!r})\n"
        "print(response.status_code, response.text)"
    )
    return run_python("-c", code, DJANGO_SETTINGS_MODULE="config.settings", **environment)
