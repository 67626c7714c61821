"""An admin that shows and changes what the API would: the base of every entity's admin."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import admin
from django.contrib.admin.utils import flatten_fieldsets
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from entities.admin_access import ADD, CHANGE, DELETE, LIST, READ, Access, find_access
from entities.admin_deletion import find_deleted_objects
from entities.api.ownership import NewOwner, choose_owner, find_owner_field, has_many_owners
from entities.models import User

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Model]
else:
    ModelAdmin = admin.ModelAdmin


class SortLimit(ChangeList):
    """Sorts by the columns that may be sorted by. Django's own only hides the links for the others."""

    def get_ordering_field(self, field_name: Any) -> Any:
        return super().get_ordering_field(field_name) if field_name in (self.sortable_by or ()) else None


class LimitedAdmin(ModelAdmin):
    """Limits staff who are not superusers to the rows and fields of the API."""

    # Which column a column of the list, or a field of a form, stands for where their names differ.
    stands_for: ClassVar[dict[str, str]] = {}

    def _access(self, request: HttpRequest) -> Access | None:
        return find_access(request, self.model)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = super().get_queryset(request)
        access = self._access(request)
        return access.show(rows, LIST) if access else rows

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        access = self._access(request)
        if access is None or from_field:
            return super().get_object(request, object_id, from_field)
        try:
            key = self.opts.pk.to_python(object_id)
        except ValidationError:
            return None
        return access.show(super().get_queryset(request), READ).filter(pk=key).first()

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_view_permission(request, obj) and self._reaches(request, obj, READ)

    def has_add_permission(self, request: HttpRequest) -> bool:
        access = self._access(request)
        return super().has_add_permission(request) and (access is None or access.may_add())

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and self._reaches(request, obj, CHANGE)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and self._reaches(request, obj, DELETE)

    def _reaches(self, request: HttpRequest, row: Any, action: str) -> bool:
        access = self._access(request)
        return access is None or row is None or access.reaches(row, action)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        fieldsets = super().get_fieldsets(request, obj)
        access = self._access(request)
        if access is None:
            return fieldsets
        columns = access.columns(READ if obj else ADD) | (access.columns(CHANGE) & {"password"} if obj else set())
        columns -= getattr(obj, "withheld", set())
        kept = [(title, {**options, "fields": self._keep(options["fields"], columns)}) for title, options in fieldsets]
        return [fieldset for fieldset in kept if fieldset[1]["fields"]]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        fixed = super().get_readonly_fields(request, obj)
        access = self._access(request)
        if access is None or obj is None:
            return fixed
        shown = flatten_fieldsets(super().get_fieldsets(request, obj)) if self.fieldsets else self._list_columns()
        return [*fixed, *(name for name in shown if name not in {*fixed, *access.columns(CHANGE)})]

    def _list_columns(self) -> list[str]:
        return [field.name for field in self.opts.concrete_fields if field.editable]

    def get_list_display(self, request: HttpRequest) -> Any:
        shown = super().get_list_display(request)
        access = self._access(request)
        return self._keep(shown, access.columns(LIST)) or ("__str__",) if access else shown

    def get_sortable_by(self, request: HttpRequest) -> Any:
        access = self._access(request)
        sortable = super().get_sortable_by(request)
        return [name for name in sortable if access.opens(self._column_of(name))] if access else sortable

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
        return [path for path in searched if access.opens(path.lstrip("^=@"))] if access else searched

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
        """Whether the lookup is for rows that are linked to one that the user sees."""
        name, *rest = lookup.split("__")
        link = next((link for link in access.entity.links.values() if link.column == name and not link.many), None)
        if link is None or name not in access.columns(LIST) or rest not in (["id", "exact"], ["exact"], []):
            return False
        target = find_access(access.request, link.model)
        try:
            row = link.model(pk=link.model._meta.pk.to_python(value))
        except ValidationError:
            return False
        return target is None or target.reaches(row, READ)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        target = find_access(request, db_field.remote_field.model)
        if target:
            kwargs["queryset"] = target.show(db_field.remote_field.model._default_manager.all(), READ)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:  # noqa: FBT001 (Django's own)
        access = self._access(request)
        owner = None if change else self._find_new_owner(request, form)
        if owner and not has_many_owners(self.model):
            setattr(obj, owner.field.name, owner.user)
        super().save_model(request, obj, form, change)
        if access and not has_many_owners(self.model):
            self._confirm_reach(access, obj, CHANGE if change else ADD)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:  # noqa: FBT001 (Django's own)
        super().save_related(request, form, formsets, change)
        access = self._access(request)
        if access and has_many_owners(self.model):
            if owner := None if change else self._find_new_owner(request, form):
                owner.add(form.instance)
            self._confirm_reach(access, form.instance, CHANGE if change else ADD)

    def _find_new_owner(self, request: HttpRequest, form: Any) -> NewOwner | None:
        access, field = self._access(request), find_owner_field(self.model)
        if access is None or field is None or form.cleaned_data.get(field.name):
            return None
        return choose_owner(access.viewset, field, request.user, is_named=field.name in form.fields)

    def _confirm_reach(self, access: Access, row: Model, action: str) -> None:
        if not access.viewset.keeps(action, [row.pk]):
            raise PermissionDenied

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        found, counts, lacking, protected = find_deleted_objects(objs, request, self.admin_site)
        # What hangs on the rows is counted, but of it nothing is told that the user might not see.
        return ([str(row) for row in objs] if self._access(request) else found), counts, lacking, protected

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> Any:
        people = find_access(request, User)
        if people and not people.is_whole(READ):  # it names those who changed the row
            raise PermissionDenied
        return super().history_view(request, object_id, extra_context)

    def _keep(self, names: Iterable[Any], columns: set[str]) -> list[Any]:
        return [name for name in names if name == "__str__" or self._column_of(name) in {*columns, "id"}]

    def _column_of(self, name: Any) -> str:
        return self.stands_for.get(name, str(name))


def _path_of(list_filter: Any) -> str:
    return str(list_filter[0] if isinstance(list_filter, tuple | list) else list_filter)
