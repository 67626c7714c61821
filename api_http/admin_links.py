"""Links of the admin's pages that lead only where the person may go."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.core.exceptions import ObjectDoesNotExist
from django.http import HttpRequest

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
else:
    ModelAdmin = admin.ModelAdmin


class OpenLinks(ModelAdmin):
    """Shows the name of a linked row without a link to those who may not see the row's page.

    Django links every read-only foreign key, also where a refusal is at the other end.
    """

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        closed = self._list_closed(request, obj)
        return [
            (title, {**options, "fields": _replace(options["fields"], closed)})
            for title, options in super().get_fieldsets(request, obj)
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        fixed = super().get_readonly_fields(request, obj)
        return _replace(fixed, self._list_closed(request, obj))

    def _list_closed(self, request: HttpRequest, row: Any) -> dict[str, NameOf]:
        if row is None:
            return {}
        changes = self.has_change_permission(request, row)
        fixed = super().get_readonly_fields(request, row)
        links = [field for field in self.opts.concrete_fields if field.many_to_one]
        return {
            field.name: NameOf(field)
            for field in links
            if (not changes or field.name in fixed) and not self._may_see(request, row, field)
        }

    def _may_see(self, request: HttpRequest, row: Any, field: Any) -> bool:
        try:
            linked = getattr(row, field.name)
        except ObjectDoesNotExist:
            # The row is gone. Django shows a dash.
            return True
        if linked is None or not self.admin_site.is_registered(field.related_model):
            return True
        page: Any = self.admin_site.get_model_admin(field.related_model)
        return bool(page.has_view_or_change_permission(request, linked))


@dataclass(frozen=True)
class NameOf:
    """A read-only field of a form: the name of the row at the other end of a link.

    Two of the same link are equal, as Django looks for a field among those that are read-only.
    """

    link: Any

    def __call__(self, row: Any) -> str:
        return str(getattr(row, self.link.name))

    @property
    def __name__(self) -> str:
        return str(self.link.name)

    @property
    def short_description(self) -> str:
        return str(self.link.verbose_name)


def _replace(names: Any, closed: dict[str, NameOf]) -> list[Any]:
    return [
        _replace(name, closed) if isinstance(name, list | tuple) else closed.get(name, name)
        for name in names
    ]
