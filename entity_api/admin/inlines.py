"""Inlines of the admin that show and change what the API would."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from django.contrib.admin.options import InlineModelAdmin
from django.core.exceptions import PermissionDenied
from django.db.models import ForeignKey, Model, QuerySet
from django.forms.models import _get_foreign_key
from django.http import HttpRequest

from entity_api.admin.access import ADD, CHANGE, DELETE, READ, Access, find_access
from entity_api.admin.files import KindForms, LinkedRows
from entity_api.admin.forms import open_form
from entity_api.admin.links import LimitedLinks, find_linkable

if TYPE_CHECKING:
    Inline = InlineModelAdmin[Any, Model]
else:
    Inline = object


class LimitedInline(KindForms, LimitedLinks, Inline):
    """Limits an inline to the rights in the API: for an entity or the table of a link to many."""

    def _access(self, request: HttpRequest) -> Access | None:
        return find_access(request, self.model)

    @property
    def _parent_key(self) -> str:
        key: ForeignKey[Any, Any] = _get_foreign_key(self.parent_model, self.model, self.fk_name)
        return key.name

    def _find_link(self) -> Any:
        """Return the parent's link to many whose table this inline shows, or `None`."""
        parent: Any = self.parent_model
        links = parent._meta.many_to_many
        backs = [rel for rel in parent._meta.related_objects if rel.many_to_many]
        found = [link for link in links if link.remote_field.through is self.model]
        found += [back for back in backs if back.through is self.model]
        return found[0] if found else None

    def _is_open(self, request: HttpRequest) -> bool:
        """Whether the user may change the link to many whose table this is; True for any other."""
        parent = find_access(request, self.parent_model)
        if not self.opts.auto_created or parent is None:
            return True
        link = self._find_link()
        column = link.get_accessor_name() if link.auto_created else link.name
        return column in parent.columns(CHANGE)

    def _is_far(self, request: HttpRequest, field: Any) -> bool:
        """Whether the field, of the table of a link to many, leads to the other side of it."""
        parent = find_access(request, self.parent_model)
        return bool(self.opts.auto_created and parent and field.name != self._parent_key)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = super().get_queryset(request)
        access = self._access(request)
        for field in self.opts.concrete_fields:
            if field.remote_field and self._is_far(request, field):
                rows = rows.filter(**{f"{field.name}__in": self._list_far(request)})
        return access.show(rows, READ) if access else rows

    def _list_far(self, request: HttpRequest) -> QuerySet[Any]:
        link = self._find_link()
        return find_linkable(request, link)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if self._is_far(request, db_field):
            kwargs["queryset"] = self._list_far(request)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_view_permission(request, obj) and self._is_open(request)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        access = self._access(request)
        may_add = access is None or access.may_add()
        return may_add and super().has_add_permission(request, obj) and self._is_open(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and self._is_open(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and self._is_open(request)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        fieldsets = super().get_fieldsets(request, obj)
        access = self._access(request)
        if access is None:
            return fieldsets
        columns = access.columns(READ if obj else ADD)
        return [
            (title, {**options, "fields": [name for name in options["fields"] if name in columns]})
            for title, options in fieldsets
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        fixed = super().get_readonly_fields(request, obj)
        access = self._access(request)
        if access is None or obj is None:
            return fixed
        columns = access.columns(READ) - access.columns(CHANGE) - {self._parent_key, *fixed}
        fields = [*self.opts.concrete_fields, *self.opts.many_to_many]
        return [
            *fixed,
            *(field.name for field in fields if field.editable and field.name in columns),
        ]

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        kwargs.setdefault("form", open_form(self.form, self._access(request)))
        made: Any = super().get_formset(request, obj, **kwargs)
        return type(made.__name__, (LinkedRows, made), {})


@cache
def limit_inline(inline: type[Any]) -> type[Any]:
    """Return the inline with its limits, for any base class."""
    if issubclass(inline, LimitedInline):
        return inline
    return type(inline.__name__, (LimitedInline, inline), {})


def save_rows(request: HttpRequest, formset: Any) -> None:
    """Save the rows of an inline. Raises PermissionDenied if the API would refuse any of them."""
    access = find_access(request, formset.model)
    if access is None:
        formset.save()
        return
    deleted = [form.instance for form in formset.deleted_forms]
    changed = [form for form in formset.initial_forms if form.has_changed()]
    _confirm(access, [form.instance for form in changed if form.instance not in deleted], CHANGE)
    _confirm(access, deleted, DELETE)
    if any(form.instance.withheld & set(form.changed_data) for form in changed):
        raise PermissionDenied
    for form in formset.extra_forms:
        if form.has_changed() and not set(form.cleaned_data) & set(form.changed_data) <= _given(
            access, form
        ):
            raise PermissionDenied
    formset.save()
    _confirm(access, [row for row, _ in formset.changed_objects], CHANGE)
    _confirm(access, formset.new_objects, ADD)


def _given(access: Access, form: Any) -> set[str]:
    """Return the fields of a new row that the user may give, and the fields of the inline."""
    own = {field.name for field in access.model._meta.get_fields()}
    return access.columns(ADD) | {name for name in form.fields if name not in own}


def _confirm(access: Access, rows: list[Any], action: str) -> None:
    if not all(access.reaches(row, action) for row in rows if row.pk):
        raise PermissionDenied
