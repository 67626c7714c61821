"""The lists of the admin: their columns, order, search, filters and forms, as the API allows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import BadRequest, ValidationError
from django.db.models import Model
from django.http import HttpRequest

from entity_api.admin.access import CHANGE, LIST, READ, Access, find_access
from entity_api.admin.children import may_list
from entity_api.admin.forms import open_form
from entity_api.admin.links import is_possible

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Model]
else:
    ModelAdmin = admin.ModelAdmin


class SortLimit(ChangeList):
    """Sorts by the columns that may be sorted by.

    Django's own only hides the links for the others.
    """

    def get_ordering_field(self, field_name: Any) -> Any:
        return (
            super().get_ordering_field(field_name)
            if field_name in (self.sortable_by or ())
            else None
        )


class LimitedList(ModelAdmin):
    """Limits the list of staff who are not superusers to the columns of the API."""

    # Which column a column of the list, or a field of a form, stands for where their names differ.
    stands_for: ClassVar[dict[str, str]] = {}

    def _access(self, request: HttpRequest) -> Access | None:
        return find_access(request, self.model)

    def get_list_display(self, request: HttpRequest) -> Any:
        shown = self._leave_closed(request, super().get_list_display(request))
        access = self._access(request)
        return self._keep(shown, access.columns(LIST)) or ("__str__",) if access else shown

    def _leave_closed(self, request: HttpRequest, names: Iterable[Any]) -> list[Any]:
        """Leave out the columns that lead to lists which the person may not open."""
        links: Any = self.opts.related_objects
        closed = {
            link.get_accessor_name()
            for link in links
            if not link.many_to_many and not may_list(self.admin_site, request, link)
        }
        return [name for name in names if name not in closed]

    def get_sortable_by(self, request: HttpRequest) -> Any:
        access = self._access(request)
        sortable = super().get_sortable_by(request)
        return (
            [name for name in sortable if access.opens(self._column_of(name))]
            if access
            else sortable
        )

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return SortLimit if self._access(request) else super().get_changelist(request, **kwargs)

    def get_ordering(self, request: HttpRequest) -> Any:
        ordering = super().get_ordering(request)
        access = self._access(request)
        if access is None:
            return ordering
        return [name for name in ordering if access.opens(str(name).lstrip("-"))] or ["-pk"]

    def get_search_fields(self, request: HttpRequest) -> Any:
        searched = super().get_search_fields(request)
        access = self._access(request)
        return (
            [path for path in searched if access.opens(path.lstrip("^=@"))] if access else searched
        )

    def get_list_filter(self, request: HttpRequest) -> Any:
        filters = super().get_list_filter(request)
        access = self._access(request)
        return [each for each in filters if access.opens(_path_of(each))] if access else filters

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        access = self._access(request)
        if access and not access.opens(lookup) and not self._is_link_to_seen(access, lookup, value):
            return False
        return bool(super().lookup_allowed(lookup, value, request))

    def _is_link_to_seen(self, access: Access, lookup: str, value: str) -> bool:
        """Whether the lookup is for rows that are linked to a row that the user sees."""
        name, *rest = lookup.split("__")
        link = next(
            (
                link
                for link in access.entity.relations.values()
                if link.field == name and not link.many
            ),
            None,
        )
        if (
            link is None
            or name not in access.columns(LIST)
            or rest not in (["id", "exact"], ["exact"], [])
        ):
            return False
        target = find_access(access.request, link.target)
        try:
            row = link.target(pk=link.target._meta.pk.to_python(value))
        except ValidationError:
            return False
        return target is None or target.reaches(row, READ)

    def get_changelist_form(self, request: HttpRequest, **kwargs: Any) -> Any:
        return open_form(super().get_changelist_form(request, **kwargs), self._access(request))

    def get_changelist_formset(self, request: HttpRequest, **kwargs: Any) -> Any:
        access = self._access(request)
        if access:
            open_columns = access.columns(CHANGE) & set(map(str, self.get_list_display(request)))
            kwargs["exclude"] = [name for name in self.list_editable if name not in open_columns]
        return super().get_changelist_formset(request, **kwargs)

    def response_action(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Run the chosen action; BadRequest for selected keys that no row can have."""
        if not all(
            is_possible(self.opts.pk, key) for key in request.POST.getlist(ACTION_CHECKBOX_NAME)
        ):
            raise BadRequest
        return super().response_action(request, *args, **kwargs)

    def _keep(self, names: Iterable[Any], columns: set[str]) -> list[Any]:
        return [
            name for name in names if name == "__str__" or self._column_of(name) in {*columns, "id"}
        ]

    def _column_of(self, name: Any) -> str:
        return self.stands_for.get(name, str(name))


def _path_of(list_filter: Any) -> str:
    return str(list_filter[0] if isinstance(list_filter, tuple | list) else list_filter)
