"""Writes in a transaction, and the answer to a write that contradicts stored rows."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from contextvars import ContextVar
from typing import Any

from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import Model
from rest_framework.exceptions import APIException, ErrorDetail, ValidationError

from api_http.data_faults import is_data_fault
from entity_api.files.storing import undoing_files
from entity_api.writing.violations import explain_violation

# Every input fits its own column. A column that the database computes from it may not.
OUT_OF_RANGE = ErrorDetail("A value that follows from these is out of range.", "out_of_range")


class Conflict(APIException):
    """409. `faults` names the fields that clash, in the form of DRF's `ValidationError.detail`."""

    status_code = 409
    default_detail = "The request contradicts what is stored."
    default_code = "conflict"

    def __init__(self, detail: str | None = None, faults: Mapping[str, Any] | None = None) -> None:
        super().__init__(detail)
        self.faults = faults or {}


_is_under_way: ContextVar[bool] = ContextVar("_is_under_way", default=False)


@contextmanager
def writing(model: type[Model], *, alone: bool = False, from_body: bool = True) -> Iterator[None]:
    """Run a write of the model's rows in a transaction. A refusal by the database undoes all of it.

    The database decides, not a query before the write, so the second of two clashing writes is
    refused. A clash becomes a Conflict that names its fields, a broken check constraint a
    ValidationError with the constraint's message, and so does a computed value out of range.

    A write within another write is a part of it. One statement `alone` needs no transaction around
    it. Pass `from_body=False` where the body of the request does not hold fields of the model.
    """
    if _is_under_way.get():
        yield
        return
    token = _is_under_way.set(True)
    try:
        with (
            undoing_files(),
            nullcontext() if alone and connection.get_autocommit() else transaction.atomic(),
        ):
            yield
    except IntegrityError as error:
        raise explain_refusal(error, model, from_body=from_body) from None
    except DatabaseError as error:
        if not is_data_fault(error):
            raise
        raise ValidationError([OUT_OF_RANGE]) from None
    finally:
        _is_under_way.reset(token)


def explain_refusal(
    error: IntegrityError, model: type[Model], *, from_body: bool = True
) -> APIException:
    """Return the refusal of a write of the model's rows by the database."""
    violation = explain_violation(error, model, from_body=from_body)
    fault = ErrorDetail(violation.detail, violation.code)
    faults = {name: [fault] for name in violation.names}
    if violation.is_broken_rule:
        return ValidationError(faults or [fault])
    return Conflict(violation.detail, faults)
