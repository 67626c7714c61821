"""How a command ends that cannot go on: one line with the remedy, and an exit status.

`manage.py` puts it around all commands, and `ProjectCommand` around each of ours, so that it holds
in a project with a `manage.py` of its own too. Django is imported only for an error, as Ctrl-C may
come before Django is loaded.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

# Shells expect 128 and the number of the signal: SIGINT, and SIGPIPE for a closed pipe.
INTERRUPTED = 130
CLOSED_PIPE = 141
REMEDY = (
    "`manage.py migrate` makes missing tables, and `manage.py check --database default` shows "
    "other faults of the database."
)


@contextmanager
def end_in_one_line(after_interrupt: str = "") -> Iterator[None]:
    """Turn Ctrl-C and the faults of database, files and services into one line and SystemExit.

    `after_interrupt` says after Ctrl-C which changes are kept. `--traceback` shows the place in the
    code.
    """
    try:
        yield
        sys.stdout.flush()
    except KeyboardInterrupt:
        sys.stderr.write(f"\nInterrupted. {after_interrupt}".rstrip() + "\n")
        sys.exit(INTERRUPTED)
    except BrokenPipeError:
        # `sessions | head` has read enough. Python would complain at its exit once more.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(CLOSED_PIPE)
    except Exception as error:
        line = describe_failure(error)
        if line is None or "--traceback" in sys.argv:
            raise
        sys.exit(line)


def describe_failure(error: Exception) -> str | None:
    """Return the line for an error of the machine, and None for a fault of the program."""
    from django.core.exceptions import ImproperlyConfigured  # noqa: PLC0415
    from django.db import Error  # noqa: PLC0415

    if isinstance(error, Error):
        reason = str(error).strip().partition("\n")[0].rstrip(".")
        return f"The database refuses this: {reason}. {REMEDY}"
    if isinstance(error, OSError):
        place = error.filename if error.filename is not None else "A file or a connection"
        return f"{place} cannot be used: {error.strerror or error}."
    # An error of DRF, such as Unavailable. Its module needs the settings, which may be missing yet.
    if detail := getattr(error, "detail", None):
        return str(detail)
    return str(error) if isinstance(error, ImproperlyConfigured) else None
