"""The field of an e-mail address."""

from __future__ import annotations

from django.core.exceptions import ValidationError as InvalidAddress

from auth_core.mail.addresses import read_address
from auth_core.serializers import StrictText


class AddressText(StrictText):
    """An e-mail address."""

    default_error_messages = {"address": "Enter a valid email address."}  # noqa: RUF012 (DRF's own)

    def to_internal_value(self, data: object) -> str:
        try:
            return read_address(super().to_internal_value(data))
        except InvalidAddress:
            self.fail("address")
            raise
