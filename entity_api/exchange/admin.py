"""The buttons *Import* and *Export* of an entity's list in the admin."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import BadRequest, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from import_export.admin import ImportExportMixin
from import_export.forms import ExportForm, ImportForm

from api_http.exchanges import rows_exchanged
from api_http.json import BODY_LIMIT
from entity_api.description.registry import VIEWSETS
from entity_api.exchange.formats import FORMATS
from entity_api.exchange.resource import find_request, make_resource
from entity_api.opening import open_entity

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
else:
    ModelAdmin = admin.ModelAdmin


class BoundedImportForm(ImportForm):  # type: ignore[misc]
    """Takes a file that is no longer than the body of a request with many rows."""

    def clean_import_file(self) -> Any:
        file = self.cleaned_data["import_file"]
        if file.size > BODY_LIMIT:
            raise ValidationError(f"A file has at most {BODY_LIMIT:,} bytes.")
        return file


class ExchangedList(ImportExportMixin, ModelAdmin):  # type: ignore[misc]
    """Exports the rows of the list as they are filtered, and imports rows, all or nothing.

    Rows and fields are those that the person may see, create and change by the API.
    """

    formats = FORMATS
    import_form_class = BoundedImportForm
    export_form_class = ExportForm
    # Nothing is written before all lines are valid, so there is nothing to confirm, and no file has
    # to be kept between two requests.
    skip_import_confirm = True

    def process_import(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Refuse the second step of an import, which reads a file that the request names."""
        raise Http404

    def get_resource_classes(self, request: HttpRequest) -> list[Any]:
        return [make_resource(self.model)]

    def get_resource_kwargs(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return {"request": request}

    def has_export_permission(self, request: HttpRequest) -> bool:
        return bool(self.has_view_permission(request)) and self._opens(request, "list")

    def has_import_permission(self, request: HttpRequest) -> bool:
        adds = self.has_add_permission(request) and self._opens(request, "create")
        changes = self.has_change_permission(request) and self._opens(request, "partial_update")
        return bool(adds or changes)

    def _opens(self, request: HttpRequest, action: str) -> bool:
        if self.model not in VIEWSETS:
            return False
        return open_entity(find_request(request), self.model, action) is not None

    def get_export_queryset(self, request: HttpRequest) -> Any:
        """Return the rows as the list is filtered; BadRequest for filters that do not fit it."""
        try:
            return super().get_export_queryset(request)
        except IncorrectLookupParameters:
            raise BadRequest from None

    def get_data_for_export(self, request: HttpRequest, queryset: Any, **kwargs: Any) -> Any:
        data = super().get_data_for_export(request, queryset, **kwargs)
        rows_exchanged.send(self.model, request=request, verb="export", rows=len(data))
        return data

    def process_result(self, result: Any, request: HttpRequest) -> HttpResponse:
        rows_exchanged.send(self.model, request=request, verb="import", rows=len(result.rows))
        answer: HttpResponse = super().process_result(result, request)
        return answer
