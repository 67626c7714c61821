"""The links in a form of the admin: offered and taken are the rows that the API would link to."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.contrib.admin.options import BaseModelAdmin
from django.contrib.admin.widgets import AutocompleteSelect, ForeignKeyRawIdWidget
from django.core.exceptions import FieldDoesNotExist, PermissionDenied, ValidationError
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.text import Truncator
from rest_framework.exceptions import APIException

from entity_api.admin.access import READ, Access, find_access
from entity_api.writing.link_changes import change_links

if TYPE_CHECKING:
    BaseAdmin = BaseModelAdmin[Model]
else:
    BaseAdmin = BaseModelAdmin


class RawIdWidget(ForeignKeyRawIdWidget):
    """Names the chosen row only to a person who may see it."""

    rows: QuerySet[Any]

    def label_and_url_for_value(self, value: Any) -> tuple[str, str]:
        _, address = super().label_and_url_for_value(value)
        name = self.rel.get_related_field().name
        try:
            row = self.rows.filter(**{name: value}).first()
        except (ValueError, ValidationError):
            row = None
        return (Truncator(row).words(14), address) if row else ("", "")


class KeyedAutocomplete(AutocompleteSelect):
    """Shows no chosen row for a text that no row can have as its key.

    Django would ask the database for it.
    """

    def optgroups(self, name: str, value: Any, attr: Any = None) -> Any:
        key = self.field.remote_field.get_related_field()
        return super().optgroups(name, [text for text in value if is_possible(key, text)], attr)


def is_possible(key: Any, text: Any) -> bool:
    """Whether the column of the key can hold the text."""
    try:
        key.to_python(text)
    except ValidationError:
        return False
    return True


class LimitedLinks(BaseAdmin):
    """The fields for links, of a page or of an inline."""

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        model = db_field.remote_field.model
        target = find_access(request, model)
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs.setdefault(
                "widget", KeyedAutocomplete(db_field, self.admin_site, using=kwargs.get("using"))
            )
        if target is None:
            return super().formfield_for_foreignkey(db_field, request, **kwargs)
        rows = target.show(kwargs.get("queryset", model._default_manager.all()), READ)
        if db_field.name in self.raw_id_fields:
            widget = RawIdWidget(db_field.remote_field, self.admin_site, using=kwargs.get("using"))
            widget.rows = rows
            kwargs.setdefault("widget", widget)
        return super().formfield_for_foreignkey(db_field, request, **{**kwargs, "queryset": rows})

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        target = find_access(request, db_field.remote_field.model)
        if target is None:
            return super().formfield_for_manytomany(db_field, request, **kwargs)
        rows = find_linkable(request, db_field)
        if "queryset" in kwargs:
            rows = rows.filter(pk__in=kwargs["queryset"].values("pk"))
        kwargs["queryset"] = target.show(rows, READ)
        field: Any = super().formfield_for_manytomany(db_field, request, **kwargs)
        if field:
            field.is_limited = True
        return field


def find_linkable(request: HttpRequest, field: Any) -> QuerySet[Any]:
    """Return the rows that the request's user may link to by a field of a model."""
    model = field.remote_field.model
    target, source = find_access(request, model), find_access(request, field.model)
    if field.many_to_many and source:
        return source.find_scope(field.name).rows
    rows = model._default_manager.all()
    return target.rows(rows, READ) if target else rows


def narrow_offered(request: HttpRequest, rows: QuerySet[Any]) -> QuerySet[Any]:
    """Leave of the rows those that the field may link to for which an autocomplete asks."""
    if getattr(request.resolver_match, "url_name", "") != "autocomplete":
        return rows
    names = [request.GET.get(name, "") for name in ("app_label", "model_name", "field_name")]
    try:
        field: Any = apps.get_model(names[0], names[1])._meta.get_field(names[2])
    except (LookupError, FieldDoesNotExist):
        raise PermissionDenied from None
    if not hasattr(field, "get_limit_choices_to"):
        # Django's view takes the other side of a link for a field, and breaks on it.
        raise PermissionDenied
    return rows.filter(pk__in=find_linkable(request, field).values("pk"))


def save_links(form: Any, access: Access | None) -> None:
    """Store the links to many that were changed in the form; PermissionDenied as in the API."""
    meta = form.instance._meta
    for field in chain(meta.many_to_many, meta.private_fields):
        if field.name not in form.changed_data or field.name not in form.cleaned_data:
            continue
        rows = form.cleaned_data[field.name]
        if access is None or find_access(access.request, field.related_model) is None:
            field.save_form_data(form.instance, rows)
            continue
        try:
            change_links(form.instance, field.name, "set", rows, access.find_scope(field.name))
        except APIException:
            raise PermissionDenied from None
