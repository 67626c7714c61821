"""Who may import whom, as the contracts of import-linter in pyproject.toml say."""

from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports


def test_the_modules_keep_their_distance() -> None:
    assert lint_imports() == EXIT_STATUS_SUCCESS
