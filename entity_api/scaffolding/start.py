"""The use case of `startentity`: an entity out of its arguments, and its files in a stage."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.urls import Resolver404, resolve

from api_http.graphql.schema import load_schema
from entity_api.description.registry import list_served
from entity_api.scaffolding.apps import find_apps
from entity_api.scaffolding.arguments import ArgumentReader, Target, name_plural
from entity_api.scaffolding.code import EntityCode, InputError
from entity_api.scaffolding.entity_files import App, list_packages, naming, write_entity
from entity_api.scaffolding.layout import quote
from entity_api.scaffolding.modules import add_import
from entity_api.scaffolding.names import snake_case
from entity_api.scaffolding.reserved import check_entity_name
from entity_api.scaffolding.stage import Stage
from entity_api.scaffolding.test_code import write_test
from entity_api.scaffolding.wiring import add_section, find_policy, find_writer, read_policy

_PYTEST = """[pytest]
; The project's own settings, while the product's tests have settings of their own.
DJANGO_SETTINGS_MODULE = config.settings
pythonpath = ../..
addopts = -p tests.environment --strict-markers --strict-config
xfail_strict = true
filterwarnings = error
"""


def find_app(label: str) -> App:
    """Return the app of this label. Raises InputError where the project has no such app."""
    own = find_apps()
    if label not in own:
        raise InputError(
            f"There is no app {label!r} in this project. There are {', '.join(sorted(own))}."
        )
    return own[label]


def read_entity(app: App, name: str, plural: str | None, fields: Sequence[str]) -> EntityCode:
    """Return the entity of the arguments. Raises InputError with one line for a wrong argument."""
    check_entity_name(name)
    check_is_free(app, name)
    named = name_plural(name, plural)
    check_plural(named)
    return ArgumentReader(name, named, list_targets(app)).read(fields)


def check_is_free(app: App, name: str) -> None:
    """Raise InputError where an entity, a model of the app or a type of GraphQL has this name."""
    for model, entity in list_served().items():
        if entity.name.lower() == name.lower():
            raise InputError(
                f"There is an entity {entity.name} already: {model.__module__}.{model.__name__}."
            )
    if name.lower() in apps.get_app_config(app.label).models:
        raise InputError(f"The app {app.label} has a model {name} already.")
    if name in load_schema().type_map:
        raise InputError(f"{name!r} is the name of a type in GraphQL. Choose another name.")


def check_plural(plural: str) -> None:
    """Raise InputError where the address of the plural is taken."""
    try:
        resolve(f"/api/{plural}")
    except Resolver404:
        return
    raise InputError(f"The address /api/{plural} is taken. Give another --plural.")


def list_targets(app: App) -> dict[str, Target]:
    """Return the entities that a link may lead to, by name."""
    return {entity.name: _find_target(app, model) for model, entity in list_served().items()}


def _find_target(app: App, model: Any) -> Target:
    taken = frozenset(field.name for field in model._meta.get_fields()) | {
        accessor for each in model._meta.related_objects if (accessor := each.get_accessor_name())
    }
    if model._meta.label == settings.AUTH_USER_MODEL:
        return Target("settings.AUTH_USER_MODEL", (("django.conf", "settings"),), taken)
    if model.__module__ == f"{app.module}.models":
        return Target(model.__name__, (), taken)
    return Target(f'"{model._meta.label}"', (), taken)


def stage_entity(stage: Stage, app: App, entity: EntityCode) -> None:
    """Write all files of the entity in the stage, where the project is checked with them.

    Raises InputError where a file cannot be changed, or the project would not start.
    """
    write_entity(stage, app, entity)
    policy = find_policy(stage.project)
    with naming(policy):
        role = find_writer(read_policy(stage.read(policy)))
        stage.write(policy, add_section(stage.read(policy), entity))
    _write_test(stage, app, entity, role)
    stage.migrate(app.label, snake_case(entity.name))


def _write_test(stage: Stage, app: App, entity: EntityCode, role: str) -> None:
    models = {each.name: model for model, each in list_served().items()}
    linked = {
        each.name: next(
            model for model in models.values() if _find_target(app, model).source == each.target
        )
        for each in entity.attributes
        if each.target and each.required and each.target != '"self"'
    }
    text, imports = write_test(entity, role, linked)
    for module, name in sorted(imports):
        text = add_import(text, module, name, list_packages(stage))
    folder = app.folder / "tests"
    if not (stage.project / folder).exists():
        stage.write(folder / "__init__.py", "")
        stage.write(folder / "pytest.ini", _PYTEST)
    path = folder / f"test_{snake_case(entity.name)}.py"
    if (stage.project / path).exists():
        raise InputError(f"{path} is there already.")
    stage.write(path, text)


def list_next_steps(app: App, entity: EntityCode) -> Iterator[str]:
    """Return the commands that follow, in lines for the developer."""
    yield "Next: uv run manage.py migrate"
    if (Path(settings.BASE_DIR) / app.folder / "tests" / "snapshots.py").exists():
        yield f"      uv run --dev python -m {app.module}.tests.snapshots"
    yield f"      uv run --dev pytest {app.folder}/tests"
    for each in entity.attributes:
        if each.back:
            shown = quote(each.back)
            yield f"The other side of {each.name} is shown once its serializer names {shown}."
