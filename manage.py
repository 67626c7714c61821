#!/usr/bin/env python
"""Run a management command: `uv run manage.py help` lists them."""

import os
import sys


def main() -> None:
    # Whoever types a command on a machine without a SECRET_KEY is developing: DEBUG is on there
    # unless it was set. A server process (config/wsgi.py) never takes this way, so it stays strict.
    if "SECRET_KEY" not in os.environ:
        os.environ.setdefault("DEBUG", "true")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        from django.core.management import execute_from_command_line

        execute_from_command_line(sys.argv)
    except KeyboardInterrupt:
        # Ctrl-C is how commands end, not a fault to be traced. 128 + SIGINT is what shells expect.
        sys.exit(130)


if __name__ == "__main__":
    main()
