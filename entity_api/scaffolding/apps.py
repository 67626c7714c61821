"""A new app of the project, and the lines of the project that make it serve its entities."""

from __future__ import annotations

import ast
import keyword
import re
from importlib.util import find_spec
from pathlib import Path

from django.apps import apps
from django.conf import settings

from entity_api.scaffolding.code import InputError
from entity_api.scaffolding.entity_files import App, naming
from entity_api.scaffolding.layout import quote
from entity_api.scaffolding.modules import parse_module, replace_lines
from entity_api.scaffolding.names import spoken
from entity_api.scaffolding.stage import Stage

_URLS = '''"""Where each entity is served; the prefix is its plural on the wire."""

from entity_api import EntityRouter

router = EntityRouter()

urlpatterns = router.urls
'''


def find_apps() -> dict[str, App]:
    """Return the apps of the project by their labels."""
    project = Path(settings.BASE_DIR)
    return {
        config.label: App(config.name, config.label, Path(config.path).relative_to(project))
        for config in apps.get_app_configs()
        if Path(config.path).is_relative_to(project) and ".venv" not in Path(config.path).parts
    }


def name_app(label: str) -> App:
    """Return the app of this label, or a new app. Raises InputError for a wrong name."""
    found = find_apps()
    if label in found:
        return found[label]
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,59}", label) or keyword.iskeyword(label):
        raise InputError(f"{label!r} is no name of an app: write small letters, digits and _.")
    if find_spec(label) or label in {config.label for config in apps.get_app_configs()}:
        raise InputError(f"{label!r} is the name of another module. Give another --app.")
    return App(label, label, Path(label))


def add_app(stage: Stage, app: App) -> None:
    """Write the app and its lines in the project. Raises InputError naming the file."""
    name = "".join(part.capitalize() for part in app.label.split("_"))
    stage.write(app.folder / "__init__.py", "")
    stage.write(app.folder / "migrations" / "__init__.py", "")
    stage.write(
        app.folder / "apps.py",
        "from django.apps import AppConfig\n\n\n"
        f"class {name}Config(AppConfig):\n"
        f"    name = {quote(app.module)}\n"
        f"    verbose_name = {quote(spoken(app.label).capitalize())}\n",
    )
    stage.write(app.folder / "urls.py", _URLS)
    _add_item(stage, settings.SETTINGS_MODULE, "INSTALLED_APPS", quote(app.module), after=0)
    route = f'path("api/", include({quote(f"{app.module}.urls")}))'
    _add_item(stage, settings.ROOT_URLCONF, "urlpatterns", route, after=0)


def _add_item(stage: Stage, module: str, name: str, item: str, *, after: int) -> None:
    """Add an item to a list in a module, in a line below the item at the place `after`."""
    path = Path(*module.split(".")).with_suffix(".py")
    with naming(path):
        text = stage.read(path)
        values = [
            node.value
            for node in parse_module(text).body
            if isinstance(node, ast.Assign | ast.AnnAssign)
            and ast.unparse(node.targets[0] if isinstance(node, ast.Assign) else node.target)
            == name
        ]
        if not values or not isinstance(values[0], ast.List) or len(values[0].elts) <= after:
            raise InputError(f"it has no list {name}")
        element = values[0].elts[after]
        if (values[0].end_lineno or 0) <= (element.end_lineno or 0):
            raise InputError(f"the list {name} has not each item in a line")
        number = (element.end_lineno or 0) + 1
        pad = " " * element.col_offset
        stage.write(path, replace_lines(text, number, number - 1, f"{pad}{item},\n"))
