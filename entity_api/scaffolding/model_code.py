"""The source of a model."""

from __future__ import annotations

from collections.abc import Iterator

from entity_api.scaffolding.code import Attribute, EntityCode, Import, OptionSet
from entity_api.scaffolding.layout import STEP, quote, write_call, write_items
from entity_api.scaffolding.names import django_plural, spoken_plural, with_article


def list_model_imports(entity: EntityCode) -> set[Import]:
    """Return the imports that the model needs."""
    needed = {("django.db", "models"), ("entity_api", "Entity")}
    needed |= {each for attribute in entity.attributes for each in attribute.imports}
    if entity.constraints or entity.indexes:
        needed.add(("typing", "ClassVar"))
    return needed


def write_model(entity: EntityCode) -> str:
    """Return the class of the model."""
    blocks = [write_options(each, 1) for each in entity.options]
    if entity.attributes:
        blocks.append("\n".join(map(_write_attribute, entity.attributes)))
    blocks += ["\n".join(_list_meta(entity)), _write_text(entity)]
    head = f'class {entity.name}(Entity):\n{STEP}"""{with_article(entity.name)}."""\n\n'
    return head + "\n\n".join(blocks) + "\n"


def write_options(options: OptionSet, indent: int = 0) -> str:
    """Return the class of an option set."""
    pad = STEP * indent
    members = [f"{pad}{STEP}{name} = {quote(value)}" for name, value in options.members]
    return "\n".join([f"{pad}class {options.name}(models.TextChoices):", *members])


def _write_attribute(attribute: Attribute) -> str:
    return write_call(f"{attribute.name} = {attribute.call}", attribute.arguments, 1)


def _list_meta(entity: EntityCode) -> Iterator[str]:
    yield f"{STEP}class Meta(Entity.Meta):"
    yield f"{STEP * 2}abstract = False"
    if entity.table:
        yield f"{STEP * 2}db_table = {quote(entity.table)}"
    if (plural := spoken_plural(entity.plural)) != django_plural(entity.name):
        yield f"{STEP * 2}verbose_name_plural = {quote(plural)}"
    if entity.indexes:
        yield _write_calls("indexes", "Index", entity.indexes, ["*Entity.Meta.indexes"])
    if entity.constraints:
        yield _write_calls("constraints", "UniqueConstraint", entity.constraints, [])


def _write_calls(
    name: str, call: str, arguments: tuple[tuple[str, ...], ...], before: list[str]
) -> str:
    calls = [write_call(f"models.{call}", each, 3).strip() for each in arguments]
    return write_items(f"{name}: ClassVar = ", [*before, *calls], 2, brackets="[]")


def _write_text(entity: EntityCode) -> str:
    title = next((each.name for each in entity.attributes if each.is_title), "")
    shown = f"self.{title} or str(self.id)" if title else "str(self.id)"
    return f"{STEP}def __str__(self) -> str:\n{STEP * 2}return {shown}"
