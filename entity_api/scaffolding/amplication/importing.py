"""The use case of `import_amplication`: a service's folder becomes an app in a stage."""

from __future__ import annotations

from pathlib import Path

from api_http.graphql.schema import load_schema
from entity_api.description.registry import list_served
from entity_api.scaffolding.amplication.grants import write_policy
from entity_api.scaffolding.amplication.naming import find_plural, name_class
from entity_api.scaffolding.amplication.notes import Notes
from entity_api.scaffolding.amplication.translation import Translation
from entity_api.scaffolding.apps import add_app, find_apps
from entity_api.scaffolding.code import InputError
from entity_api.scaffolding.entity_files import (
    App,
    add_to_file,
    list_packages,
    naming,
    write_entity,
)
from entity_api.scaffolding.model_code import write_options
from entity_api.scaffolding.prisma.lexer import LONGEST
from entity_api.scaffolding.prisma.parser import parse_schema
from entity_api.scaffolding.prisma.tree import Block, fail
from entity_api.scaffolding.stage import Stage
from entity_api.scaffolding.start import check_plural
from entity_api.scaffolding.wiring import find_policy

SCHEMA = Path("prisma", "schema.prisma")
GRANTS = Path("src", "grants.json")


def read_schema(folder: Path) -> list[Block]:
    """Return the blocks of a service's schema. Raises InputError where it cannot be read."""
    path = folder / SCHEMA
    try:
        with path.open(encoding="utf-8-sig") as file:
            source = file.read(LONGEST + 1)
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.") from None
    except UnicodeError:
        raise InputError(f"{path} cannot be read: it is not UTF-8.") from None
    return parse_schema(source)


class _Namer:
    """Names the classes of models, which no entity and no type of GraphQL may have."""

    def __init__(self, folder: Path, app: App, notes: Notes) -> None:
        self._folder = folder
        self._notes = notes
        self._served = {entity.name.lower(): entity.name for entity in list_served().values()}
        self._taken = set(load_schema().type_map)
        self._plurals: set[str] = set()
        self._app = app

    def __call__(self, block: Block) -> tuple[str, str]:
        """Return the class and the plural. Raises InputError where there is such an entity."""
        if found := self._served.get(block.name.lower()):
            text = (
                f"there is an entity {found} already. Remove it first, or leave out {block.name}."
            )
            raise fail(block.line, text)
        name = name_class(block, self._taken, self._notes)
        self._taken.add(name)
        plural = find_plural(self._folder, block.name)
        try:
            check_plural(plural)
            free = plural not in self._plurals
        except InputError:
            free = False
        if not free:
            self._notes.add(block.line, f"the plural {plural} is taken. It is {plural}Items here.")
            plural = f"{plural}Items"
            check_plural(plural)
        self._plurals.add(plural)
        return name, plural


def stage_service(stage: Stage, folder: Path, app: App) -> list[str]:
    """Write the app of a service in the stage, check it there, and return the notes.

    Raises InputError where the schema or the grants cannot be used, or the project would not start.
    """
    notes = Notes()
    blocks = read_schema(folder)
    translation = Translation(blocks, app.label, _Namer(folder, app, notes), notes)
    if not translation.entities:
        raise InputError(f"{folder / SCHEMA} has no model that can be taken over.")
    if app.label not in find_apps():
        add_app(stage, app)
    for options in translation.options.values():
        imports = {("django.db", "models")}
        own = list_packages(stage)
        add_to_file(stage, app.folder / "models.py", imports, write_options(options), own)
    for entity in translation.entities:
        write_entity(stage, app, entity)
    policy = find_policy(stage.project)
    with naming(policy):
        names = [entity.name for entity in translation.entities]
        granted = write_policy(stage, policy, folder / GRANTS, names)
    stage.migrate(app.label, "import_amplication" if app.label in find_apps() else "initial")
    return [*notes.list(), *granted]
