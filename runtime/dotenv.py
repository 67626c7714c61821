"""Reading `.env`: the variables of config/environment.py as lines in a file of the project."""

from __future__ import annotations

from pathlib import Path

from dotenv import load_dotenv

PROJECT = Path(__file__).resolve().parent.parent


def read_dotenv(path: Path = PROJECT / ".env") -> None:
    """Add the file's variables to the environment, which wins over the file.

    An absent file is an empty one.

    A file that cannot be read ends the process with one line.
    """
    if not path.exists():
        return
    try:
        with path.open(encoding="utf-8") as lines:
            # A password may hold a $: values are taken as they are written.
            load_dotenv(stream=lines, interpolate=False)
    except (OSError, ValueError) as error:
        reason = "it is not UTF-8" if isinstance(error, UnicodeError) else error
        raise SystemExit(f"{path.name} cannot be read: {reason}.") from None
