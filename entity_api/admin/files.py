"""Files in the admin: checked as in the API, and read at addresses that ask for the same rights."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from django.contrib.admin.options import BaseModelAdmin, ModelAdmin
from django.contrib.admin.utils import quote, unquote
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied
from django.db.models import FileField, Model, URLField
from django.db.models.fields.files import FieldFile
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.urls import NoReverseMatch, path, reverse
from rest_framework.exceptions import NotFound

from entity_api.admin.access import READ, find_access
from entity_api.files.receivers import list_file_fields
from entity_api.files.storing import undoing_files
from entity_api.files.validation import confirm_file
from entity_api.rest.files import send_file

if TYPE_CHECKING:
    BaseAdmin = BaseModelAdmin[Model]
    Admin = ModelAdmin[Model]
    FormSet = Any
else:
    BaseAdmin, Admin, FormSet = BaseModelAdmin, ModelAdmin, object


class KindForms(BaseAdmin):
    """Checks the files of a form, of a page or of an inline, as the API does.

    An address without a scheme is one of HTTPS.
    """

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if isinstance(db_field, URLField):
            kwargs.setdefault("assume_scheme", "https")
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field and isinstance(db_field, FileField):
            check: Any = partial(confirm_file, db_field)
            field.validators = [*field.validators, check]
        return field


class FileLinks(KindForms, Admin):
    """Leads to the files of a row. They have no address that everybody could read."""

    def get_urls(self) -> Any:
        name = f"{self.opts.app_label}_{self.opts.model_name}_file"
        view = self.admin_site.admin_view(self.file_view)
        return [path("<path:object_id>/file/<str:name>/", view, name=name), *super().get_urls()]

    def file_view(self, request: HttpRequest, object_id: str, name: str) -> HttpResponseBase:
        """Answer a file of a row, to be saved. Raises Http404 and PermissionDenied."""
        row = self.get_object(request, unquote(object_id))
        names = [field.name for field in list_file_fields(self.model)]
        if row is None or name not in names or not getattr(row, name):
            raise Http404
        access = find_access(request, self.model)
        if not self.has_view_permission(request, row) or (
            access and name not in access.columns(READ)
        ):
            raise PermissionDenied
        try:
            return send_file(request, getattr(row, name))
        except NotFound:
            raise Http404 from None

    def get_object(self, *args: Any, **kwargs: Any) -> Any:
        row = super().get_object(*args, **kwargs)
        link_files(row)
        return row

    def get_changelist(self, *args: Any, **kwargs: Any) -> type[ChangeList]:
        return with_file_links(super().get_changelist(*args, **kwargs))

    def changeform_view(self, *args: Any, **kwargs: Any) -> Any:
        with undoing_files():
            return super().changeform_view(*args, **kwargs)


class LinkedFile(FieldFile):
    """A file of a row on a page of the admin. Its address is one of the admin."""

    @property
    def url(self) -> str:
        options = self.instance._meta
        name = f"admin:{options.app_label}_{options.model_name}_file"
        try:
            return reverse(name, args=(quote(self.instance.pk), self.field.name))
        except NoReverseMatch:  # an inline of a model that has no page
            return ""


def link_files(row: Any) -> None:
    """Let the files of a row lead to the admin's own address of each."""
    for field in list_file_fields(type(row)) if row else ():
        if field.attname in vars(row) and getattr(row, field.attname):
            file = getattr(row, field.attname)
            if not isinstance(file, LinkedFile):
                file.__class__ = type("LinkedFile", (LinkedFile, type(file)), {})


class LinkedRows(FormSet):  # type: ignore[misc]
    """The forms of an inline, whose files lead to the admin."""

    def _construct_form(self, i: int, **kwargs: Any) -> Any:
        form = super()._construct_form(i, **kwargs)
        link_files(form.instance)
        return form


def with_file_links(change_list: type[ChangeList]) -> type[ChangeList]:
    """Return the class of a list whose rows lead to their files."""

    class FileList(change_list):  # type: ignore[misc, valid-type]
        def get_results(self, request: HttpRequest) -> None:
            super().get_results(request)
            for row in self.result_list if list_file_fields(self.model) else ():
                link_files(row)

    return FileList
