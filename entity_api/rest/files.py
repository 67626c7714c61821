"""The routes of a row's files: a form with one file comes in, and its bytes go out."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.http import FileResponse, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.parsers import MultiPartParser

from api_http.faults import MAX_FAULTS, UNKNOWN_FIELD
from api_http.json import BodyTooLarge, refuse_encoded
from entity_api.files.names import read_facts
from entity_api.files.use_cases import PART, find_file, remove_file, write_file
from entity_api.rest.conditions import read_condition

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rest_framework.request import Request

    from entity_api.files.outputs import FileAnswer
    from entity_api.hooks import EntityHooks

_GONE = "The file is no longer there."
# Bytes of a form besides its file.
_FRAME = 64 * 1024
# A browser saves the file. It neither shows it as a page nor runs what is in it.
_HARMLESS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
}


class FormParser(MultiPartParser):
    """Reads a form of `multipart/form-data`. The middleware bounds its length."""

    def parse(
        self,
        stream: Any,
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """Return the parsed form; ParseError (400) or UnsupportedMediaType (415)."""
        refuse_encoded((parser_context or {}).get("request"))
        return super().parse(stream, media_type, parser_context)


def find_form_limit() -> int:
    """Return how many bytes a form with a file may have."""
    return int(settings.FILE_MAX_SIZE) + _FRAME


def answer_file(view: EntityHooks, key: str, name: str) -> HttpResponseBase:
    """Answer the bytes of a row's file, to be saved; 304 where the caller has them."""
    return send_file(view.request, find_file(view, key, name))


def send_file(request: Any, file: Any) -> HttpResponseBase:
    """Answer the bytes of a `FieldFile`. Raises NotFound where the storage does not have it."""
    facts = read_facts(file)
    # Each stored file has a name of its own.
    tag = f'"{sha256(file.name.encode()).hexdigest()[:32]}"'
    answered = get_conditional_response(request, tag, response=HttpResponse(headers={"ETag": tag}))
    if answered is not None and answered.status_code != 200:
        return answered
    if facts is None:
        raise NotFound(_GONE)
    try:
        opened = file.storage.open(file.name, "rb")
    except OSError:
        raise NotFound(_GONE) from None
    response = _send(opened, facts.name, facts.type.media_type)
    response.headers["ETag"] = tag
    return response


def send_answer(made: FileAnswer) -> HttpResponseBase:
    """Answer the file that an own action made, to be saved. The response closes it."""
    return _send(made.file, made.name, made.media_type)


def _send(opened: Any, name: str, media_type: str) -> FileResponse:
    return FileResponse(
        opened, as_attachment=True, filename=name, content_type=media_type, headers=_HARMLESS
    )


def change_file(view: EntityHooks, key: str, name: str) -> Any:
    """Write the file of the request into a row, or delete its file; return the row."""
    request, require = view.request, read_condition(view)
    if request.method == "DELETE":
        return remove_file(view, key, name, require)
    return write_file(view, key, name, lambda: _read_upload(request), require)


def _read_upload(request: Request) -> Any:
    """Return the one file of a form. Raises ValidationError, ParseError, BodyTooLarge (413) and
    UnsupportedMediaType (415).
    """
    data: Any = request.data
    others = [name for name in data if name != PART][:MAX_FAULTS]
    faults: dict[str, Any] = {name: [UNKNOWN_FIELD] for name in others}
    parts, files = data.getlist(PART), request.FILES.getlist(PART)
    if not len(parts) == len(files) == 1:
        faults[PART] = ["Send one file in this part, with a file name."]
    if faults:
        raise ValidationError(faults)
    if files[0].size > settings.FILE_MAX_SIZE:
        raise BodyTooLarge(f"A file may have at most {settings.FILE_MAX_SIZE} bytes.")
    return files[0]
