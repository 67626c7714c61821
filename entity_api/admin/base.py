"""An admin that shows and changes what the API would: the base of every entity's admin."""

from __future__ import annotations

from typing import Any

from django.contrib.admin.utils import flatten_fieldsets
from django.contrib.auth import get_user_model
from django.contrib.messages.storage import default_storage
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.http import HttpRequest

from entity_api.admin.access import ADD, CHANGE, DELETE, LIST, READ, find_access
from entity_api.admin.deletion import find_deleted_objects
from entity_api.admin.forms import open_form
from entity_api.admin.inlines import limit_inline, save_rows
from entity_api.admin.links import LimitedLinks, narrow_offered
from entity_api.admin.lists import LimitedList
from entity_api.admin.recency import NeedsRecentLogins, require_recent_for_rows
from entity_api.admin.rows import watch


class LimitedAdmin(NeedsRecentLogins, LimitedLinks, LimitedList):
    """Limits staff who are not superusers to the rows and fields of the API."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = super().get_queryset(request)
        access = self._access(request)
        return narrow_offered(request, access.show(rows, LIST) if access else rows)

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Any:
        name = from_field or "pk"
        try:
            field: Any = self.opts.get_field(from_field) if from_field else self.opts.pk
            lookup = {name: field.to_python(object_id)}
        except ValidationError:
            return None
        self._lock(request, lookup)
        rows = super().get_queryset(request)
        access = self._access(request)
        row = (access.show(rows, READ) if access else rows).filter(**lookup).first()
        if row:
            watch(row)
        return row

    def _lock(self, request: HttpRequest, lookup: dict[str, Any]) -> None:
        """Keep others from writing the row between its reading and its saving."""
        rows = self.model._default_manager.filter(**lookup)
        if request.method == "POST" and transaction.get_connection(rows.db).in_atomic_block:
            list(rows.select_for_update(no_key=True).values("pk"))

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
        columns = access.columns(READ if obj else ADD) | (
            access.columns(CHANGE) & {"password"} if obj else set()
        )
        columns -= getattr(obj, "withheld", set())
        kept = [
            (title, {**options, "fields": self._keep(options["fields"], columns)})
            for title, options in fieldsets
        ]
        return [fieldset for fieldset in kept if fieldset[1]["fields"]]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        fixed = super().get_readonly_fields(request, obj)
        access = self._access(request)
        if access is None or obj is None:
            return fixed
        if self.fieldsets or self.fields:
            shown = flatten_fieldsets(super().get_fieldsets(request, obj))
        else:
            shown = self._list_columns()
        return [*fixed, *(name for name in shown if name not in {*fixed, *access.columns(CHANGE)})]

    def _list_columns(self) -> list[str]:
        fields = [*self.opts.concrete_fields, *self.opts.many_to_many]
        return [field.name for field in fields if field.editable]

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Answer a clash with a simultaneous write like a clash with an older row."""
        try:
            return super().changeform_view(request, *args, **kwargs)
        except IntegrityError:
            # Nothing was stored, so drop the messages of success. Now the form finds the clash.
            vars(request)["_messages"] = default_storage(request)
            return super().changeform_view(request, *args, **kwargs)

    def get_form(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:  # type: ignore[override]
        return open_form(super().get_form(request, obj, **kwargs), self._access(request))

    def get_inlines(self, request: HttpRequest, obj: Any) -> Any:
        return [limit_inline(inline) for inline in super().get_inlines(request, obj)]

    def save_form(self, request: HttpRequest, form: Any, change: bool) -> Any:  # noqa: FBT001
        access = self._access(request)
        if change and access:
            withheld = form.instance.withheld & set(form.changed_data)
            # A list shows rows that may not be changed, beside those that may.
            if withheld or not access.reaches(form.instance, CHANGE):
                raise PermissionDenied
        return super().save_form(request, form, change)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:  # noqa: FBT001
        require_recent_for_rows(request, formset)
        save_rows(request, formset)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:  # noqa: FBT001
        super().save_related(request, form, formsets, change)
        access = self._access(request)
        # After the links are stored, because the owner may be a link.
        if access and not access.viewset.keeps(CHANGE if change else ADD, [form.instance.pk]):
            raise PermissionDenied

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        found, counts, lacking, protected = find_deleted_objects(objs, request, self.admin_site)
        if self._access(request):
            # Related rows are counted but not listed: the user may lack the right to see them.
            found = [str(row) for row in objs]
            protected = [f"Rows that link to them: {len(protected)}"] if protected else []
        return found, counts, lacking, protected

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> Any:
        context["hides_history"] = not self._sees_history(request)
        return super().render_change_form(request, context, *args, **kwargs)

    def _sees_history(self, request: HttpRequest) -> bool:
        # It names those who changed the row.
        people = find_access(request, get_user_model())
        return people is None or people.is_whole(READ)

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> Any:
        if not self._sees_history(request):
            raise PermissionDenied
        return super().history_view(request, object_id, extra_context)
