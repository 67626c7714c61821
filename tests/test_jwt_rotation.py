"""`manage.py rotate_keys`: standby, active, retired, gone; each in its time, however often it is
run.
"""

from __future__ import annotations

import stat
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from auth_core.models import AuthEvent
from auth_jwt.key_set import current_key_set
from auth_jwt.keys import read_private_key
from auth_jwt.rotation import Rotation
from tests.keys import ALGORITHMS, write_key
from tests.sessions import begin, statuses

NOW = timezone.now()
HOUR = timedelta(hours=1)
WEEK = timedelta(days=7)
Rotate = Callable[..., list[str]]


@pytest.fixture
def rotate(tmp_path: Path) -> Rotate:
    def rotate(after: timedelta = timedelta(0), algorithm: str = "EdDSA") -> list[str]:
        return list(Rotation(tmp_path, algorithm, NOW + after, WEEK).run())

    return rotate


def states(directory: Path) -> dict[str, int]:
    return dict(Counter(path.name.partition("-")[0] for path in directory.iterdir()))


def kid_of(directory: Path, state: str) -> str:
    (path,) = directory.glob(f"{state}-*.pem")
    return path.stem.partition("-")[2]


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_the_first_run_makes_two_keys_that_only_their_owner_reads(
    rotate: Rotate, tmp_path: Path, algorithm: str
) -> None:
    assert [step.split("-")[0] for step in rotate(algorithm=algorithm)] == [
        "created active",
        "created standby",
    ]
    for path in tmp_path.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        key = read_private_key(path.read_bytes())
        assert (key.algorithm, path.stem.partition("-")[2]) == (algorithm, key.kid)


def test_a_run_that_comes_too_early_changes_nothing(rotate: Rotate, tmp_path: Path) -> None:
    rotate()
    before = sorted(tmp_path.iterdir())
    assert rotate() == rotate(HOUR - timedelta(seconds=1)) == []
    assert sorted(tmp_path.iterdir()) == before


def test_the_next_run_moves_every_key_on(rotate: Rotate, tmp_path: Path) -> None:
    rotate()
    active, standby = kid_of(tmp_path, "active"), kid_of(tmp_path, "standby")
    steps = rotate(HOUR)
    assert steps[:2] == [f"promoted active-{standby}.pem", f"retired retired-{active}.pem"]
    assert (kid_of(tmp_path, "active"), kid_of(tmp_path, "retired")) == (standby, active)
    assert rotate(HOUR) == []


def test_a_retired_key_is_removed_when_no_token_of_it_lives(rotate: Rotate, tmp_path: Path) -> None:
    rotate()
    rotate(HOUR)
    retired = kid_of(tmp_path, "retired")
    assert f"removed retired-{retired}.pem" not in rotate(HOUR + WEEK)
    assert f"removed retired-{retired}.pem" in rotate(HOUR + WEEK + timedelta(seconds=1))


def test_the_standby_key_signs_at_once_where_the_active_one_was_deleted(
    rotate: Rotate, tmp_path: Path
) -> None:
    rotate()
    standby = kid_of(tmp_path, "standby")
    next(tmp_path.glob("active-*")).unlink()
    assert f"promoted active-{standby}.pem" in rotate()
    assert states(tmp_path) == {"active": 1, "standby": 1}


@pytest.mark.parametrize("runs", range(3))
def test_a_preview_names_the_steps_of_the_next_run_and_takes_none(
    rotate: Rotate, tmp_path: Path, runs: int
) -> None:
    for number in range(runs):
        rotate(number * 2 * HOUR)
    before = [(path.name, path.stat().st_mtime_ns) for path in sorted(tmp_path.iterdir())]
    shown = Rotation(tmp_path, "EdDSA", NOW + runs * 2 * HOUR, WEEK).preview()
    assert [(each.name, each.stat().st_mtime_ns) for each in sorted(tmp_path.iterdir())] == before
    taken = rotate(runs * 2 * HOUR)
    assert len(shown) == len(taken) > 1
    assert all(step.startswith(each) for each, step in zip(shown, taken, strict=True))


def test_a_dry_run_of_the_command_makes_not_even_the_directory(
    settings: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.JWT_KEYS_DIR = str(tmp_path / "keys")
    call_command("rotate_keys", dry_run=True)
    assert capsys.readouterr() == ("created active\ncreated standby\n", "Nothing was changed.\n")
    assert list(tmp_path.iterdir()) == []


def test_a_run_that_was_broken_off_is_finished_by_the_next(rotate: Rotate, tmp_path: Path) -> None:
    rotate()
    next(Rotation(tmp_path, "EdDSA", NOW + HOUR, WEEK).run())
    assert states(tmp_path) == {"active": 2}
    rotate(HOUR)
    assert states(tmp_path) == {"active": 1, "retired": 1, "standby": 1}


def test_runs_at_the_same_time_leave_one_active_key(tmp_path: Path) -> None:
    write_key(tmp_path, "active", age=9000)
    write_key(tmp_path, "standby", age=8000)

    def run(_: int) -> None:
        with suppress(FileNotFoundError):  # another was faster; the command says to run it again
            list(Rotation(tmp_path, "EdDSA", timezone.now(), WEEK).run())

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(run, range(4)))
    list(Rotation(tmp_path, "EdDSA", timezone.now(), WEEK).run())
    found = states(tmp_path)
    assert (found["active"], found["retired"]) == (1, 1)
    assert found["standby"] >= 1


def test_tokens_outlive_a_rotation(
    user: Any, settings: Any, rotate: Rotate, tmp_path: Path
) -> None:
    settings.JWT_KEYS_DIR = str(tmp_path)
    rotate()
    pair = begin(user)
    rotate(HOUR)
    assert statuses(pair) == (200, 200)


@pytest.mark.django_db
def test_the_command_tells_and_records_what_it_does(
    settings: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.JWT_KEYS_DIR = str(tmp_path / "new" / "keys")
    call_command("rotate_keys", algorithm="ES256")
    told = capsys.readouterr().out.splitlines()
    assert told == list(
        AuthEvent.objects.filter(event="key_rotation")
        .order_by("id")
        .values_list("detail", flat=True)
    )
    assert [key.algorithm for key in current_key_set().keys] == ["ES256", "ES256"]
    call_command("rotate_keys")
    assert capsys.readouterr().out == "nothing is due yet\n"


def test_without_a_directory_the_command_tells_what_to_do() -> None:
    with pytest.raises(CommandError, match="JWT_KEYS_DIR names no directory"):
        call_command("rotate_keys")


def test_a_directory_that_cannot_be_made_is_reported(settings: Any, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    settings.JWT_KEYS_DIR = str(tmp_path / "file" / "keys")
    with pytest.raises(CommandError, match="cannot be changed"):
        call_command("rotate_keys")
