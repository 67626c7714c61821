"""Shows in the admin that a write contradicts stored rows, as the API does by 409."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import Model
from django.http import HttpRequest, HttpResponseRedirect

from entity_api.writing.problems import Conflict

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Model]
else:
    ModelAdmin = admin.ModelAdmin


class ConflictNotice(ModelAdmin):
    """Undoes such a write, and leads back to the page with the reason on it."""

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return self._tell(
            request, lambda: super(ConflictNotice, self).changeform_view(request, *args, **kwargs)
        )

    def delete_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return self._tell(
            request, lambda: super(ConflictNotice, self).delete_view(request, *args, **kwargs)
        )

    def changelist_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return self._tell(
            request, lambda: super(ConflictNotice, self).changelist_view(request, *args, **kwargs)
        )

    def _tell(self, request: HttpRequest, answer: Callable[[], Any]) -> Any:
        if request.method != "POST":
            return answer()
        try:
            with transaction.atomic():
                return answer()
        except Conflict as refusal:
            self.message_user(request, str(refusal.detail), messages.ERROR)
            return HttpResponseRedirect(request.get_full_path())
