"""README.md names the plugins of this project. Mend its tables where you add a plugin."""

from typing import Any

from tests import readme


def test_its_table_has_the_plugins_that_there_are(settings: Any) -> None:
    assert [row[0].strip("`") for row in readme.read_table("plugin")] == settings.AUTH_PLUGINS


def test_its_default_plugins_are_those_that_there_are(settings: Any) -> None:
    (default,) = (row[2] for row in readme.read_table("variable") if row[0] == "`AUTH_PLUGINS`")
    assert default.strip("`").split(",") == settings.AUTH_PLUGINS
