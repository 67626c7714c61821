"""The lines that make a project serve an entity: its route, and its section in the policy."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Collection
from pathlib import Path

from django.conf import settings

from entity_api.scaffolding.code import EntityCode, InputError
from entity_api.scaffolding.layout import quote, write_call
from entity_api.scaffolding.modules import add_import, parse_module, replace_lines

ACTIONS = ("view", "search", "create", "update", "delete")


def add_route(text: str, app: str, entity: EntityCode, own: Collection[str]) -> str:
    """Return the module urls.py with the entity registered in its router.

    Raises InputError where the module makes no EntityRouter.
    """
    text = add_import(text, f"{app}.models", entity.name, own)
    tree = parse_module(text)
    routers = [
        (node.targets[0].id, node)
        for node in tree.body
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and ast.unparse(node.value).endswith("EntityRouter()")
    ]
    if not routers:
        raise InputError("it makes no EntityRouter")
    router, made = routers[0]
    registered = [
        node
        for node in tree.body
        if isinstance(node, ast.Expr) and ast.unparse(node).startswith(f"{router}.register(")
    ]
    after: ast.stmt = registered[-1] if registered else made
    line = write_call(f"{router}.register", [quote(entity.plural), entity.name])
    number = (after.end_lineno or after.lineno) + 1
    return replace_lines(text, number, number - 1, f"{line}\n")


def add_section(text: str, entity: EntityCode) -> str:
    """Return permissions.toml with a section: every known caller reads, the first role writes.

    Raises InputError where the file is no TOML, or has the section.
    """
    policy = read_policy(text)
    if entity.name in policy:
        raise InputError(f"it has a section [{entity.name}] already")
    return join_section(text, write_section(entity.name, find_writer(policy)))


def write_section(name: str, role: str) -> str:
    """Return the section of an entity: every known caller reads, the role writes."""
    reading = [f'{action} = "all"' for action in ACTIONS[:2]]
    writing = [f"{action} = [{quote(role)}]" for action in ACTIONS[2:]]
    return "\n".join([f"[{name}]", *reading, *writing])


def join_section(text: str, section: str) -> str:
    """Return the file with the section at its end."""
    return f"{text.rstrip()}\n\n{section.strip()}\n"


def find_policy(project: Path) -> Path:
    """Return the path of permissions.toml in the project. Raises InputError for another place."""
    file = Path(settings.PERMISSIONS_FILE)
    if not file.is_relative_to(project):
        raise InputError(f"{file} does not lie in the project.")
    return file.relative_to(project)


def read_policy(text: str) -> dict[str, object]:
    """Return the parsed file. Raises InputError where it is no TOML."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"it is no TOML: {error}") from None


def find_writer(policy: dict[str, object]) -> str:
    """Return the role that writes: admin where there is that role, else the first of all.

    Raises InputError where the file names no roles.
    """
    roles = policy.get("roles")
    names = [name for name in roles if isinstance(name, str)] if isinstance(roles, list) else []
    if not names:
        raise InputError("it names no roles")
    return "admin" if "admin" in names else names[0]
