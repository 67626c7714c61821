"""The use case of changing one's own password."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError as InvalidPassword
from django.db import transaction
from django.views.decorators.debug import sensitive_variables
from rest_framework.exceptions import AuthenticationFailed, ErrorDetail, ValidationError
from rest_framework.request import Request

from auth_core.login import authenticate_password


@sensitive_variables("current", "new")
def change_password(request: Request, current: str, new: str) -> None:
    """Give the caller a new password, which every session of theirs is bound to and so ends with.

    Raises ValidationError for a wrong current one, which counts as a failed login, and for a new one that breaks
    AUTH_PASSWORD_VALIDATORS; Throttled while the account is locked.
    """
    try:
        user: Any = authenticate_password(request, request.user.get_username(), current)
    except AuthenticationFailed:
        fault = ErrorDetail("This is not the current password.", "incorrect")
        raise ValidationError({"currentPassword": [fault]}) from None
    try:
        validate_password(new, user)
    except InvalidPassword as error:
        faults = [ErrorDetail(fault.messages[0], fault.code or "invalid") for fault in error.error_list]
        raise ValidationError({"newPassword": faults}) from None
    user.set_password(new)
    with transaction.atomic():  # what cannot be recorded, which saving does, is not saved
        user.save(update_fields=["password"])
