"""The use case of `startprovider`: the files of a new plugin, all of them or none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from shutil import rmtree
from string import Template
from tempfile import mkdtemp

from auth_core.scaffolding.names import InputError, Names

_TEMPLATES = Path(__file__).parent / "templates"
_SHARED = {
    "apps.py": "apps.py",
    "tests/pytest.ini": "pytest.ini",
    "tests/settings.py": "settings.py",
}
_OWN = {"provider.py": "provider.py", "tests/test_provider.py": "test_provider.py"}
_TABLE = {"models.py": "models.py", "migrations/0001_initial.py": "0001_initial.py"}
# The kinds of plugins, and whether each has a table.
KINDS = {"header": False, "bearer": False, "login": True, "second-step": True}


def write_files(names: Names, kind: str, project: Path, settings: str) -> Mapping[str, str]:
    """Return the text of each file of a plugin of this kind, by its path in the app.

    `settings` is the module of the project's settings.
    """
    # The project's own plugin of pytest keeps the developer's environment out.
    isolates = (project / "tests" / "environment.py").exists()
    values = {
        "name": names.name,
        "camel": names.camel,
        "field": names.field,
        "header": names.header,
        "settings": settings,
        "plugin": "-p tests.environment " if isolates else "",
    }
    files = {"__init__.py": "", "tests/__init__.py": ""}
    own = {**_OWN, **_TABLE} if KINDS[kind] else _OWN
    if KINDS[kind]:
        files["migrations/__init__.py"] = ""
    for folder, paths in (("shared", _SHARED), (kind, own)):
        for path, template in paths.items():
            text = (_TEMPLATES / folder / f"{template}-tpl").read_text(encoding="utf-8")
            files[path] = _sort_imports(Template(text).substitute(values))
    return dict(sorted(files.items()))


def _sort_imports(text: str) -> str:
    """Sort each block of imports: the place of the new app in it depends on its name."""
    lines = text.splitlines(keepends=True)
    blocks = groupby(lines, lambda line: line.startswith("from "))
    return "".join(line for sorts, block in blocks for line in (sorted(block) if sorts else block))


def install_files(names: Names, files: Mapping[str, str], project: Path) -> None:
    """Write the files as an app of the project. Raises InputError, and leaves nothing half-written.

    The app is made beside its place and gets its name at once.
    """
    stage = None
    try:
        stage = Path(mkdtemp(prefix=".startprovider-", dir=project))
        for path, text in files.items():
            file = stage / names.name / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        (stage / names.name).rename(project / names.name)
    except OSError as error:
        text = f"{names.name} cannot be written: {error.strerror}."
        raise InputError(f"Nothing is changed, as {text}") from None
    finally:
        if stage:
            rmtree(stage, ignore_errors=True)


def list_next_steps(names: Names, kind: str, plugins: Sequence[str] | None = None) -> Iterator[str]:
    """Return the lines that switch the plugin on, for the developer.

    `plugins` is the setting AUTH_PLUGINS, if the project has it.
    """
    if plugins is None:
        yield f"Switch it on: add {names.name!r} to INSTALLED_APPS, after auth_core."
    else:
        yield "Switch it on by this line of .env, or by the default in config/environment.py:"
        # The first plugin that issues tokens answers a login.
        place = 1 if kind == "login" else len(plugins)
        named = [*plugins[:place], names.name, *plugins[place:]]
        yield f"      AUTH_PLUGINS={','.join(named)}"
    if KINDS[kind]:
        yield "Next: uv run manage.py migrate"
    yield f"Test: uv run --dev pytest {names.name}/tests"
