"""The links of models as Django has them: by which field a row leads to others."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from django.db.models import Model


def find_model_link(model: type[Model], name: str) -> Any:
    """Return the field, or the link from another model, that the attribute `name` of a row follows.

    Raises FieldDoesNotExist. Django finds a link from another model by its name in lookups, which
    may differ from the attribute: `visa` and `visa_set`.
    """
    back = {link.get_accessor_name(): link for link in model._meta.related_objects}
    return back.get(name) or model._meta.get_field(name)


def find_origin(link: Any) -> Any:
    """Return the field that stores a link, of this model or of the other one."""
    return link.field if link.auto_created and not link.concrete else link


@cache
def leads_back(model: type[Model], name: str) -> bool:
    """Return whether the other model stores the link that the attribute `name` follows."""
    link = find_model_link(model, name)
    return find_origin(link) is not link


def holds_id(link: Any) -> bool:
    """Return whether a column of the row is the id of the linked row."""
    is_column = link.concrete and not link.many_to_many
    return bool(is_column and link.target_field.primary_key)


def needs_more_than_pair(origin: Any) -> bool:
    """Return whether a pair of a link to many has to have a value besides its two rows."""
    if not origin.many_to_many:
        return False
    through = origin.remote_field.through
    if through._meta.auto_created:
        return False
    ends = {origin.m2m_field_name(), origin.m2m_reverse_field_name()}
    return any(
        _is_needed(field) for field in through._meta.concrete_fields if field.name not in ends
    )


def may_repeat(origin: Any) -> bool:
    """Return whether a link to many may have several pairs of the same two rows."""
    if not origin.many_to_many or origin.remote_field.through._meta.auto_created:
        return False
    options = origin.remote_field.through._meta
    ends = {origin.m2m_field_name(), origin.m2m_reverse_field_name()}
    constraints = [each for each in options.total_unique_constraints if not each.expressions]
    unique = [*options.unique_together, *(each.fields for each in constraints)]
    return not any(set(names) <= ends for names in unique)


def _is_needed(field: Any) -> bool:
    is_given = field.null or field.primary_key or field.generated
    is_set = getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False)
    is_left_empty = field.blank and field.empty_strings_allowed
    has_default = field.has_default() or field.has_db_default()
    return not (is_given or is_set or is_left_empty or has_default)
