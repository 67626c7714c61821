"""Which files a field takes: by their size, their content, and the validators of the model."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import FileExtensionValidator
from django.db.models import ImageField

from entity_api.files.images import measure_image
from entity_api.files.types import find_extension, find_type, fits


def confirm_file(field: Any, file: Any) -> dict[str, Any]:
    """Return the values of other columns that follow from the file, such as an image's width.

    `field` is a FileField of a model. Raises Django's ValidationError.
    """
    if not file.size:
        raise ValidationError("This file is empty.", "empty")
    if file.size > settings.FILE_MAX_SIZE:
        raise ValidationError(
            f"This file has more than {settings.FILE_MAX_SIZE} bytes.", "too_large"
        )
    _confirm_extension(field, file)
    return _measure(field, file) if isinstance(field, ImageField) else {}


def _confirm_extension(field: Any, file: Any) -> None:
    """Refuse a file whose content is not what its allowed extension says."""
    is_limited = any(isinstance(each, FileExtensionValidator) for each in field.validators)
    extension, type_ = find_extension(file.name), find_type(file)
    if is_limited and not fits(type_, extension):
        found = type_.media_type.partition(";")[0]
        raise ValidationError(f"The content of this file is {found}.", "invalid_type")


def _measure(field: Any, file: Any) -> dict[str, Any]:
    try:
        width, height = measure_image(file)
    except ValueError as error:
        raise ValidationError(str(error), "invalid_image") from None
    sizes = {field.width_field: width, field.height_field: height}
    return {name: value for name, value in sizes.items() if name}
