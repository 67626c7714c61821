"""The source of an entity's serializer, viewset and admin."""

from __future__ import annotations

from entity_api.scaffolding.code import Attribute, EntityCode
from entity_api.scaffolding.layout import STEP, quote, write_items
from entity_api.scaffolding.model_code import find_title
from entity_api.scaffolding.names import with_article

# So many columns fit on a page of the admin.
COLUMNS = 5


def write_serializer(entity: EntityCode) -> str:
    """Return the class of the serializer, which shows each field and each link to the entity."""
    names = [quote(each.name) for each in entity.attributes]
    names += [quote(name) for name in entity.back]
    return (
        f"class {entity.name}Serializer(EntitySerializer):\n"
        f'{STEP}"""{with_article(entity.name)}."""\n\n'
        f"{STEP}class Meta:\n"
        f"{STEP * 2}model = {entity.name}\n"
        f"{write_items('fields = ', names, 2)}\n"
    )


def write_viewset(entity: EntityCode) -> str:
    """Return the class of the viewset."""
    return (
        f"class {entity.name}ViewSet(EntityViewSet):\n"
        f"{STEP}queryset = {entity.name}.objects.all()\n"
        f"{STEP}serializer_class = {entity.name}Serializer\n"
    )


def write_admin(entity: EntityCode) -> str:
    """Return the class of the admin: short columns, filters by options, a search in texts."""
    columns = [each for each in entity.attributes if not (each.many or each.is_long)]
    columns = [each for each in columns if each.name != find_title(entity)]
    links = [each for each in entity.attributes if each.target]
    lines = [
        f"@admin.register({entity.name})",
        f"class {entity.name}Admin(EntityAdmin):",
        _write_names("list_display", ["__str__", *_names(columns[:COLUMNS]), "created_at"]),
    ]
    if joined := _names([each for each in columns[:COLUMNS] if each.target]):
        lines.append(_write_names("list_select_related", joined))
    if options := _names([each for each in columns if each.has_options]):
        items = [*map(quote, options), "*EntityAdmin.list_filter"]
        lines.append(write_items("list_filter = ", items, 1))
    texts = [each for each in entity.attributes if each.is_text]
    lines.append(_write_names("search_fields", ["^id", *_names(texts)]))
    if links:
        lines.append(_write_names("autocomplete_fields", _names(links)))
    return "\n".join(lines) + "\n"


def _write_names(head: str, names: list[str]) -> str:
    return write_items(f"{head} = ", [quote(name) for name in names], 1)


def _names(attributes: list[Attribute]) -> list[str]:
    return [each.name for each in attributes]
