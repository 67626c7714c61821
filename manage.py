#!/usr/bin/env python
"""Run a management command: `uv run manage.py help` lists them."""

import os
import signal
import sys

from runtime.dotenv import read_dotenv

# 128 + SIGINT is what shells expect.
INTERRUPTED = 130
REMEDY = (
    "`manage.py check --database default` tells what is wrong with it, and `manage.py migrate` "
    "makes missing tables. `--traceback` shows the place in the code."
)


def main() -> None:
    if sys.argv[1:2] == ["quickstart"]:
        # Ctrl-C ends the start at once. Python's KeyboardInterrupt would be lost where a callback
        # of the interpreter is running at that moment. Once granian serves, it handles the signal.
        signal.signal(signal.SIGINT, lambda *_: os._exit(INTERRUPTED))
    read_dotenv()
    # Who types a command on a machine without a SECRET_KEY is developing: DEBUG is on there
    # unless it was set. A server process (config/wsgi.py) never takes this way, so it stays strict.
    if "SECRET_KEY" not in os.environ:
        os.environ.setdefault("DEBUG", "true")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        from django.core.management import execute_from_command_line
        from django.db import Error

        try:
            execute_from_command_line(sys.argv)
        except Error as error:
            if "--traceback" in sys.argv:
                raise
            reason = str(error).strip().partition("\n")[0]
            sys.exit(f"The database refuses this: {reason}\n{REMEDY}")
    except KeyboardInterrupt:
        # Ctrl-C is how commands end, not a fault to be traced.
        sys.exit(INTERRUPTED)


if __name__ == "__main__":
    main()
