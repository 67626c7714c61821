"""JSON in and out of the API, and nothing but JSON (RFC 8259).

Times are those of RFC 3339: in UTC, with three digits of milliseconds as JavaScript writes them.
Durations are those of ISO 8601.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import IO, Any

import orjson
from django.http import HttpResponse
from django.utils.functional import Promise
from django.utils.http import parse_header_parameters
from rest_framework.exceptions import APIException, ParseError, UnsupportedMediaType
from rest_framework.metadata import BaseMetadata
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response

# Bytes. The longest body the API reads.
BODY_LIMIT = 1024 * 1024
# orjson writes six digits of a second's fraction, or no fraction.
_RENDER_OPTIONS = orjson.OPT_PASSTHROUGH_DATETIME


class BodyTooLarge(APIException):
    status_code = 413
    default_detail = f"The body is longer than {BODY_LIMIT} bytes."
    default_code = "too_large"


class JSONRenderer(BaseRenderer):
    """Renders with orjson: times are in UTC with three digits of milliseconds and a `Z`, UUIDs are
    strings.

    No data is an empty body.
    """

    media_type = "application/json"
    format = "json"
    charset = None

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> bytes:
        if data is None:
            return b""
        try:
            return _dump(data)
        except orjson.JSONEncodeError as error:
            if "64-bit" not in str(error):
                raise
            # PostgreSQL gives 1e20 back as a whole number.
            return _dump(_shorten_integers(data))


def answer(request: Request, data: Any) -> HttpResponse:
    """Answer data as DRF's Response does, which takes longer to render JSON than to find it, as it
    can render more.
    """
    renderer = request.accepted_renderer
    if renderer.format != "json":
        return Response(data)
    charset = f"; charset={renderer.charset}" if renderer.charset else ""
    return HttpResponse(renderer.render(data), content_type=f"{renderer.media_type}{charset}")


def _dump(data: Any) -> bytes:
    return orjson.dumps(data, default=_render_rest, option=_RENDER_OPTIONS)


def _shorten_integers(data: Any) -> Any:
    """Return the data with a float in the place of each whole number beyond 64 bits."""
    if isinstance(data, dict):
        return {key: _shorten_integers(value) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [_shorten_integers(value) for value in data]
    if isinstance(data, int) and not -(2**63) <= data < 2**64:
        return float(data)
    return data


def _render_rest(value: Any) -> str:
    # As the database gives them. A list of twenty rows has forty.
    if type(value) is datetime and value.tzinfo is UTC and value.microsecond:
        return f"{str(orjson.dumps(value)[1:24], 'ascii')}Z"
    if isinstance(value, datetime):
        return write_moment(value)
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return write_duration(value)
    if isinstance(value, Decimal):  # a text, as a JSON number would lose digits
        return f"{value:f}"
    if isinstance(value, Promise):  # a text that is translated when it is shown
        return str(value)
    raise TypeError(
        f"{type(value).__name__} has no JSON form; turn it into text or a number first."
    )


class JSONParser(BaseParser):
    """Reads one JSON text of at most BODY_LIMIT bytes in UTF-8, strictly: no BOM, NaN or lone
    surrogates.
    """

    media_type = "application/json"

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """Return the parsed value; ParseError (400), BodyTooLarge (413) or UnsupportedMediaType
        (415).
        """
        refuse_encoded((parser_context or {}).get("request"))
        body = stream.read(BODY_LIMIT + 1)
        if len(body) > BODY_LIMIT:
            raise BodyTooLarge
        try:
            return orjson.loads(body)
        except orjson.JSONDecodeError:
            raise ParseError(
                "The body is not valid JSON in UTF-8, or is nested too deeply."
            ) from None


def refuse_encoded(request: Request | None) -> None:
    """Raise UnsupportedMediaType (415) for a body that is compressed."""
    # A few compressed bytes may stand for gigabytes, and no client of a JSON API needs them.
    if (
        request is not None
        and request.META.get("HTTP_CONTENT_ENCODING", "identity").strip().lower() != "identity"
    ):
        raise UnsupportedMediaType(
            "", detail="An encoded body is not read; send it without Content-Encoding."
        )


class JSONOnly(BaseContentNegotiation):
    """Uses the view's first renderer for any `Accept`; reads `application/json` in UTF-8 only."""

    def select_parser(self, request: Request, parsers: Iterable[BaseParser]) -> Any:
        media_type, charset = _read_content_type(request.content_type or "")
        if charset in {"utf-8", "utf8"}:
            return next((parser for parser in parsers if parser.media_type == media_type), None)
        return None

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        renderer = next(iter(renderers))
        return renderer, renderer.media_type


def _read_content_type(header: str) -> tuple[str, str]:
    try:
        media_type, parameters = parse_header_parameters(header)
    except ValueError:  # too long, or a parameter in an encoding that does not exist
        return "", ""
    return media_type, parameters.get("charset", "utf-8").lower()


class AllowOnly(BaseMetadata):
    """Makes OPTIONS answer an empty 200 with `Allow`. The OpenAPI document has the rest."""

    def determine_metadata(self, request: Request, view: Any) -> None:
        return None


def write_moment(moment: datetime) -> str:
    """Return a time in UTC, such as `2026-01-31T12:00:00.000Z`. Without a zone it counts as UTC."""
    if moment.utcoffset():
        moment = moment.astimezone(UTC)
    # orjson takes a third of the time of isoformat(), and leaves out a fraction of zero.
    text = orjson.dumps(moment)
    return f"{text[1:24].decode()}Z" if moment.microsecond else f"{text[1:20].decode()}.000Z"


def write_duration(duration: timedelta) -> str:
    """Return a duration as ISO 8601 has it, such as `P1DT2H3M4.5S`; a negative one with `-`."""
    sign = "-" * (duration < timedelta(0))
    length = abs(duration)
    minutes, seconds = divmod(length.seconds, 60)
    hours, minutes = divmod(minutes, 60)
    fraction = f".{length.microseconds:06}".rstrip("0").rstrip(".")
    days = f"{length.days}D" * (length.days > 0)
    time = f"{hours}H" * (hours > 0) + f"{minutes}M" * (minutes > 0)
    if seconds or fraction or not (days or time):
        time += f"{seconds}{fraction}S"
    return f"{sign}P{days}{f'T{time}' * bool(time)}"
