"""The files of a project that an entity is written to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from entity_api.scaffolding.code import EntityCode, Import, InputError
from entity_api.scaffolding.model_code import list_model_imports, write_model
from entity_api.scaffolding.modules import add_code
from entity_api.scaffolding.stage import Stage
from entity_api.scaffolding.wiring import add_route

_DOCSTRING = '"""The domain."""\n'


@dataclass(frozen=True)
class App:
    """An app of the project: its module, its label, and its folder in the project."""

    module: str
    label: str
    folder: Path


def list_packages(stage: Stage) -> frozenset[str]:
    """Return the names of the project's own packages, with those in the stage."""
    return frozenset(file.parent.name for file in stage.root.glob("*/__init__.py"))


def write_entity(stage: Stage, app: App, entity: EntityCode) -> None:
    """Write the model and its route. Raises InputError naming the file."""
    own = list_packages(stage)
    imports = list_model_imports(entity)
    add_to_file(stage, app.folder / "models.py", imports, write_model(entity), own)
    path = app.folder / "urls.py"
    with naming(path):
        stage.write(path, add_route(stage.read(path), app.module, entity, own))


def add_to_file(
    stage: Stage, path: Path, imports: Iterable[Import], code: str, own: frozenset[str]
) -> None:
    """Add the code to the end of a module, with what it imports. A missing module is made."""
    with naming(path):
        text = stage.read(path) or _DOCSTRING
        stage.write(path, add_code(text, imports, code, own))


@contextmanager
def naming(path: Path) -> Iterator[None]:
    """Add the name of the file to a fault in it."""
    try:
        yield
    except InputError as error:
        if str(error).startswith(str(path)):
            raise
        raise InputError(f"{path} cannot be changed: {error}.") from None
