#!/usr/bin/env python
"""Run a management command: `uv run manage.py help` lists them."""

import os
import signal
import sys

from runtime.dotenv import read_dotenv
from runtime.ending import INTERRUPTED, end_in_one_line


def main() -> None:
    if sys.argv[1:2] == ["quickstart"]:
        # Ctrl-C ends the start at once. Python's KeyboardInterrupt would be lost where a callback
        # of the interpreter is running at that moment. Once granian serves, it handles the signal.
        signal.signal(signal.SIGINT, end_at_once)
    with end_in_one_line():
        read_dotenv()
        # Who types a command on a machine without a SECRET_KEY is developing: DEBUG is on there
        # unless it was set. A server for others (`serve`, config/wsgi.py) stays strict.
        if "SECRET_KEY" not in os.environ and sys.argv[1:2] != ["serve"]:
            os.environ.setdefault("DEBUG", "true")
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
        from django.core.management import execute_from_command_line

        execute_from_command_line(sys.argv)


def end_at_once(*_: object) -> None:
    os.write(2, b"\nInterrupted. Run it again to go on.\n")
    os._exit(INTERRUPTED)


if __name__ == "__main__":
    main()
