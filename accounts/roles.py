"""Roles are Django groups. On the wire, a user's roles are a list of their names."""

from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.models import Group
from django.db.models import OuterRef, QuerySet, Subquery
from drf_spectacular.utils import extend_schema_field
from rest_framework.exceptions import ErrorDetail, ValidationError

from entity_api.description.link_fields import LinkChange, ToMany


def ensure_groups(names: list[str]) -> list[Group]:
    """Return the groups of the roles, and create the missing groups."""
    Group.objects.bulk_create([Group(name=name) for name in names], ignore_conflicts=True)
    return list(Group.objects.filter(name__in=names))


def list_role_groups() -> QuerySet[Group]:
    """Return the groups of the roles that the settings name. `migrate` creates missing groups."""
    return Group.objects.filter(name__in=settings.ROLES).order_by("name")


@extend_schema_field({"type": "array", "items": {"type": "string"}})
class RolesField(ToMany):
    # The kind of the values in the list, for GraphQL.
    items: ClassVar[str] = "text"
    # Nothing but the row decides what this reads, so it needs no serializer around it.
    reads_alone: ClassVar[bool] = True
    sort_expression: ClassVar[Subquery] = Subquery(
        Group.objects.filter(user=OuterRef("pk")).order_by("name").values("name")[:1]
    )

    def to_internal_value(self, data: Any) -> LinkChange:
        if not isinstance(data, list) or not all(isinstance(name, str) for name in data):
            raise ValidationError("This must be a list of names of roles.")
        for position, name in enumerate(data):
            if name not in settings.ROLES:
                known = ", ".join(settings.ROLES)
                raise ValidationError(
                    {str(position): [ErrorDetail(f"The roles are {known}.", "does_not_exist")]}
                )
        return {"set": ensure_groups(data)}

    def to_representation(self, value: Any) -> list[str]:
        return sorted(group.name for group in value.all())
