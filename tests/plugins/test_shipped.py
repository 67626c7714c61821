"""Every plugin that the project ships is on in this run: `uv run pytest tests/plugins`."""

from pathlib import Path

import pytest
from django.apps import apps
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator

from tests.processes import run_python

ROOT = Path(__file__).parents[2]


def test_every_plugin_of_the_project_is_on_in_this_run() -> None:
    shipped = {folder.parent.name for folder in ROOT.glob("auth_*/apps.py")}
    assert shipped <= {app.name for app in apps.get_app_configs()}


def test_their_openapi_has_no_two_shapes_of_one_name(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    monkeypatch.setattr(GENERATOR_STATS, "emit", lambda text, severity: said.append(text))
    assert SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    assert [text for text in said if "identical names" in text] == []


@pytest.mark.exhaustive
@pytest.mark.one_database
def test_a_package_that_a_plugin_lacks_is_named_in_one_line() -> None:
    code = (
        "import manage, sys; sys.modules['pyotp'] = None; sys.argv[1:] = ['check']; manage.main()"
    )
    environment = {"AUTH_PLUGINS": "auth_core,auth_jwt,auth_mfa", "DEBUG": "true"}
    done = run_python("-c", code, DJANGO_SETTINGS_MODULE="config.settings", **environment)
    line = "auth_mfa needs the extra `mfa`: uv sync --extra mfa\n"
    assert (done.returncode, done.stderr) == (1, line)
