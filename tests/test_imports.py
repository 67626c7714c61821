"""Who may import whom, as the contracts of import-linter in pyproject.toml say."""

import pytest
from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports


def test_the_modules_keep_their_distance(monkeypatch: pytest.MonkeyPatch) -> None:
    # It would disable every logger of the process, of which later tests read.
    monkeypatch.setattr("importlinter.cli._configure_logging", lambda verbose: None)
    assert lint_imports() == EXIT_STATUS_SUCCESS
