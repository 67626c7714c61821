"""The base of an entity's model. Ids are UUIDv7, so they sort by the time of creation."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from django.db import models
from uuid_utils.compat import uuid7

from entity_api.description.moments import keep_milliseconds

# The fields that an entity has by itself, where its model has them.
EVERY_ENTITY = ("id", "created_at", "updated_at")


if TYPE_CHECKING:
    _DateTimeField = models.DateTimeField[datetime | str, datetime]
else:
    # It is not generic at run time.
    _DateTimeField = models.DateTimeField


class MomentField(_DateTimeField):
    """A DateTimeField that keeps milliseconds. A JavaScript date holds no more digits.

    With `auto_now` each change gives another time, at least a millisecond later.
    """

    # The signature is Django's.
    def pre_save(self, model_instance: models.Model, add: bool) -> Any:  # noqa: FBT001
        before = getattr(model_instance, self.attname)
        moment = super().pre_save(model_instance, add)
        if not isinstance(moment, datetime):
            return moment
        moment = keep_milliseconds(moment)
        if self.auto_now and not add and moment == before:
            moment += timedelta(milliseconds=1)
        setattr(model_instance, self.attname, moment)
        return moment

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        kept = keep_milliseconds(value) if isinstance(value, datetime) else value
        return super().get_db_prep_save(kept, connection)

    def deconstruct(self) -> Any:
        """Return a DateTimeField for migrations, as the column is the same."""
        name, _, args, kwargs = super().deconstruct()
        return name, "django.db.models.DateTimeField", args, kwargs


class Entity(models.Model):
    """The abstract base of an entity's model, with `id`, `created_at` and `updated_at`.

    Its `Meta` has the index by which lists are sorted: `class Meta(Entity.Meta)` takes it over.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    created_at = MomentField(auto_now_add=True)
    updated_at = MomentField(auto_now=True)

    class Meta:
        abstract = True
        # The id breaks ties in every list. So each place in a list is a single step in the index.
        indexes: ClassVar[list[models.Index] | tuple[models.Index, ...]] = [
            models.Index(fields=["created_at", "id"])
        ]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Give a child with a table of its own no index of columns that its parent's table has."""
        super().__init_subclass__(**kwargs)
        parents = (base for base in cls.__mro__[1:] if issubclass(base, Entity))
        if any(hasattr(base, "_meta") and not base._meta.abstract for base in parents):
            cls.Meta = type("Meta", (), {})  # type: ignore[assignment,misc]


def list_own_names(model: type[models.Model]) -> list[str]:
    """Return the names of the fields that the entity has by itself: `id`, and times if it has."""
    columns = {column.name for column in model._meta.concrete_fields}
    return [name for name in EVERY_ENTITY if name == "id" or name in columns]
