"""Columns of times with milliseconds. A JavaScript date holds no more, and must find the row that it was read from."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import models

from entity_api.query.moments import keep_milliseconds


class MomentField(models.DateTimeField):  # type: ignore[type-arg]  # (Django's own is not generic when it runs)
    """A DateTimeField that keeps milliseconds. With `auto_now` a change never leaves the time as it was."""

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:  # noqa: FBT001 (Django's signature)
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
        """Be a DateTimeField in migrations: the column is the same, and this class may move."""
        name, _, args, kwargs = super().deconstruct()
        return name, "django.db.models.DateTimeField", args, kwargs
