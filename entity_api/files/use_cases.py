"""The use cases of files: a file of a row is read, written and removed.

`view` is a viewset that was opened for the caller and the action: `retrieve` to read, and
`partial_update` to write.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError as InvalidValue
from rest_framework.exceptions import NotFound, ValidationError

from api_http.faults import translate_faults
from entity_api.access import deny_field, deny_result
from entity_api.description.registry import describe_entity
from entity_api.description.serializer_choice import confirm_serializer
from entity_api.files.storing import store_file, undoing_files
from entity_api.files.validation import confirm_file
from entity_api.writing.history import note_change
from entity_api.writing.problems import writing

if TYPE_CHECKING:
    from entity_api.hooks import EntityHooks
    from entity_api.writing.operations import Require

# The part of a form that holds the file.
PART = "file"


def find_file(view: EntityHooks, key: str, name: str) -> Any:
    """Return the file of a row, a `FieldFile`. Raises NotFound, PermissionDenied, NotAuthenticated.

    `name` is the field's name on the wire.
    """
    return _find_file(view, view.find(key, _open(view, name, "retrieve")), name)


def write_file(
    view: EntityHooks,
    key: str,
    name: str,
    read_upload: Callable[[], Any],
    require: Require | None = None,
) -> Any:
    """Put an uploaded file into a row, in the place of its file if it has one. Return the row.

    The upload is read only where the caller may change the row. Raises NotFound, PermissionDenied,
    NotAuthenticated, ValidationError, Conflict, and the errors of `require` and `read_upload`.
    """
    row = view.find(key, _open(view, name, "partial_update"))
    field, upload = _find_field(view, name), read_upload()
    try:
        values = confirm_file(field, upload)
        field.run_validators(_hold(row, field, upload))
    except InvalidValue as error:
        raise ValidationError({PART: translate_faults(error)}) from None
    with undoing_files():
        stored = store_file(row, field, upload.name, upload)
        return _change(view, key, name, {field.name: stored, **values}, require)


def remove_file(view: EntityHooks, key: str, name: str, require: Require | None = None) -> Any:
    """Delete the file of a row and return the row.

    Raises NotFound, also where the row has no file, the errors of `write_file`, and ValidationError
    for a file that the row has to have.
    """
    field = _find_field(view, name)
    row = view.find(key, _open(view, name, "partial_update"))
    _find_file(view, row, name)
    if not (field.blank or field.null):
        raise ValidationError(f"{describe_entity(type(view)).name} needs its {name}.", "required")
    sizes = (getattr(field, "width_field", None), getattr(field, "height_field", None))
    empty = dict.fromkeys(filter(None, sizes))
    return _change(view, key, name, {field.name: "", **empty}, require)


def _open(view: EntityHooks, name: str, action: str) -> str:
    """Return the action. Raises PermissionDenied or NotAuthenticated where it is closed."""
    if name not in view.permit(action):
        raise deny_field(view, action, name)
    return action


def _find_field(view: EntityHooks, name: str) -> Any:
    column = describe_entity(type(view)).columns[name].column
    return view.model._meta.get_field(column)


def _find_file(view: EntityHooks, row: Any, name: str) -> Any:
    file = getattr(row, _find_field(view, name).attname)
    if not file:
        raise NotFound(f"This {describe_entity(type(view)).name} has no {name}.")
    return file


def _hold(row: Any, field: Any, upload: Any) -> Any:
    """Return the upload as validators of the model know a file."""
    file = field.attr_class(row, field, upload.name)
    file.file, file._committed = upload, False  # noqa: SLF001 (as Django's own descriptor does)
    return file


def _change(
    view: EntityHooks, key: str, name: str, values: dict[str, Any], require: Require | None
) -> Any:
    with view.prepare_write({}), writing(view.model, from_body=False):
        row = view.find(key, "partial_update", lock=True)
        if require:
            require(row)
        serializer: Any = view.get_serializer(row, data={}, partial=True)
        confirm_serializer(view, type(serializer))
        serializer.is_valid(raise_exception=True)
        serializer.validated_data.update(values)
        view.perform_update(serializer)
        if not view.keeps("partial_update", [row.pk]):
            raise deny_result(view, "partial_update")
        note_change(view, row, [name])
    return row
