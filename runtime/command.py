"""The base of the project's commands."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Sequence
from typing import Any

from django.core.management.base import (
    BaseCommand,
    CommandError,
    CommandParser,
    DjangoHelpFormatter,
)
from tqdm import tqdm

from runtime.ending import end_in_one_line
from runtime.tables import draw_table

HEADING = "Examples:"
# The exit status of argparse for a command line that it cannot read.
MISUSED = 2
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")


class UsageError(CommandError):
    """A value on the command line that the command does not take.

    A CommandError says that it cannot be done now, as there is no such user or no database.
    """

    def __init__(self, text: str) -> None:
        super().__init__(text, returncode=MISUSED)


class ProjectCommand(BaseCommand):
    """A command with examples in its help, short errors, and an end by Ctrl-C.

    `examples`: the words after `manage.py`, one text for each example. A test runs them.
    `after_interrupt`: the sentence after Ctrl-C. It says which changes are kept.
    `may_be_empty`: the options that take an empty text, by their names in handle().

    Exit statuses: 0, 1 for a refusal, 2 for a command line that cannot be read or has a value that
    the command does not take, 130 after Ctrl-C.
    """

    examples: Sequence[str] = ()
    after_interrupt = "Nothing was changed."
    may_be_empty: Sequence[str] = ()

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        lines = (f"  manage.py {example}" for example in self.examples)
        kwargs.setdefault("epilog", "\n".join([HEADING, *lines]))
        kwargs.setdefault("formatter_class", ExamplesFormatter)
        return super().create_parser(prog_name, subcommand, **kwargs)

    def run_from_argv(self, argv: list[str]) -> None:
        with end_in_one_line(self.after_interrupt):
            super().run_from_argv(argv)

    def execute(self, *args: Any, **options: Any) -> str | None:
        for name, value in options.items():
            for text in value if isinstance(value, list) else [value]:
                # A terminal gives bytes that are no UTF-8 as surrogates. No database stores them.
                if isinstance(text, str) and _UNSTORABLE.search(text):
                    raise UsageError(f"{name} is {text!a}, which is no text in UTF-8.")
                # Such as a variable of a script that is not set.
                if text == "" and name not in self.may_be_empty:
                    raise UsageError(f"{name} is empty: give a value.")
        return super().execute(*args, **options)

    def write_rows(
        self, columns: Sequence[str], rows: Iterable[Sequence[Any]], *, as_json: bool
    ) -> None:
        """Print a table with a heading, or one JSON object for each row.

        A table shows a list with commas, and a dash for nothing. It has no heading without rows.
        """
        if as_json:
            for row in rows:
                facts = dict(zip(columns, row, strict=True))
                self.stdout.write(json.dumps(facts, ensure_ascii=False))
            return
        lines = draw_table([columns, *map(_write_cells, rows)])
        for line in lines:
            self.stdout.write(line)

    def say(self, text: str) -> None:
        """Print a line on what takes seconds, on a terminal alone."""
        if self.stderr.isatty():
            self.stderr.write(text, self.style.NOTICE)

    def show_progress(self, options: dict[str, Any], unit: str, total: int | None = None) -> Any:
        """Return a bar on standard error, which is drawn on a terminal alone.

        `unit` is the plural of the things that are counted.
        """
        # `None` asks tqdm to look for a terminal. A pipe gets the result alone.
        silent = None if options["verbosity"] else True
        return tqdm(total=total, unit=f" {unit}", file=sys.stderr, disable=silent)


def _write_cells(row: Sequence[Any]) -> list[str]:
    texts = (",".join(value) if isinstance(value, list) else value for value in row)
    return [str(text) if text not in {None, ""} else "-" for text in texts]


class ExamplesFormatter(DjangoHelpFormatter):
    """Keeps the lines of the examples. argparse would fill them into one paragraph."""

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        return text if text.startswith(HEADING) else super()._fill_text(text, width, indent)
