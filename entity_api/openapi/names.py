"""The names of operations and the tags in the OpenAPI document."""

from __future__ import annotations

from inspect import getdoc
from typing import TYPE_CHECKING, Any

from entity_api.description.entity import EntityDescription
from entity_api.description.naming import name_action
from entity_api.description.registry import VIEWSETS, describe_entity
from entity_api.description.serializer import EntitySerializer

if TYPE_CHECKING:
    from entity_api.hooks import EntityHooks

_OF_ROWS = {
    "list": "list{plural}",
    "create": "create{name}",
    "retrieve": "get{name}",
    "partial_update": "update{name}",
    "destroy": "delete{name}",
}
_OF_MANY = {
    "create": "createMany{plural}",
    "partial_update": "updateMany{plural}",
    "destroy": "deleteMany{plural}",
}
_OF_LINKS = {
    "list_links": "list{link}Of{name}",
    "connect_links": "connect{link}Of{name}",
    "set_links": "set{link}Of{name}",
    "disconnect_links": "disconnect{link}Of{name}",
}


def name_operation(view: Any) -> str:
    """Return the name of the operation that the view describes: a verb and what it is about.

    Many rows at once and own actions have the names of their mutations in GraphQL.
    """
    viewset: type[EntityHooks] = type(view)
    entity = describe_entity(viewset)
    patterns = _OF_MANY if view.bulk else {**_OF_ROWS, **_OF_LINKS}
    pattern = patterns.get(view.action)
    if pattern is None:
        return name_action(view.action, entity.name, entity.plural_name, many=not view.detail)
    link = view.link[:1].upper() + view.link[1:]
    return pattern.format(name=entity.name, plural=entity.plural_name, link=link)


def add_tags(result: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
    """Describe every tag that an operation has; a drf-spectacular postprocessing hook.

    The tags of the settings come first, then those of entities and of other views.
    """
    tags = {tag["name"]: tag for tag in result.get("tags", ())}
    entities = {viewset.plural: describe_entity(viewset) for viewset in VIEWSETS.values()}
    for name in _list_tags(result):
        entity = entities.get(name)
        text = {"description": _describe(entity)} if entity else {}
        tags.setdefault(name, {"name": name, **text})
    result["tags"] = list(tags.values())
    return result


def _list_tags(result: dict[str, Any]) -> list[str]:
    operations = (operation for path in result["paths"].values() for operation in path.values())
    return [tag for each in operations if isinstance(each, dict) for tag in each.get("tags", ())]


def _describe(entity: EntityDescription) -> str:
    serializer = entity.viewset.serializer_class
    own = None if serializer.__doc__ == EntitySerializer.__doc__ else serializer.__doc__
    text = own and getdoc(serializer)
    plural = entity.model._meta.verbose_name_plural
    return text.partition("\n\n")[0] if text else f"List, read and change {plural}."
