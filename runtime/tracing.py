"""Traces of requests by OpenTelemetry: a span for the request, and spans for its stages.

The extra `otel` has the packages. OTEL_EXPORTER_OTLP_ENDPOINT says where spans go, and switches
traces on; the other variables of OpenTelemetry's SDK count as well
(https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import wraps
from importlib.util import find_spec
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")
SERVICE = "django-auth-service"
# An exception's text may hold what a client sent.
_QUIET: dict[str, Any] = {"record_exception": False, "set_status_on_exception": False}
# Chosen by start_tracing().
_tracer: Any = None


def refuse_missing_packages() -> None:
    """End the process if traces are wanted and the extra is not installed."""
    if find_spec("opentelemetry") is None:
        raise SystemExit("OTEL_EXPORTER_OTLP_ENDPOINT needs the extra: uv sync --extra otel")


def start_tracing() -> None:
    """Send spans from now on, by a thread of this process. So workers call it once forked."""
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import (  # noqa: PLC0415 (an extra)
        OTLPSpanExporter,
    )
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415 (an extra)
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415

    # OTEL_SERVICE_NAME wins.
    provider = TracerProvider(resource=Resource.create({"service.name": SERVICE}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    _use(provider)


def _use(provider: Any) -> None:
    global _tracer  # noqa: PLW0603 (of the process)
    _tracer = provider and provider.get_tracer(SERVICE)


def is_tracing() -> bool:
    return _tracer is not None


def traced(name: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Make a span of this name of each call, where traces are on."""

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        @wraps(function)
        def run(*args: P.args, **kwargs: P.kwargs) -> R:
            if _tracer is None:
                return function(*args, **kwargs)
            with _tracer.start_as_current_span(name, **_QUIET):
                return function(*args, **kwargs)

        return run

    return decorate


@contextmanager
def trace_request(meta: Mapping[str, Any]) -> Iterator[Any]:
    """Yield the span of a request, which continues the client's trace (W3C Trace Context)."""
    from opentelemetry.trace import SpanKind  # noqa: PLC0415 (an extra)
    from opentelemetry.trace.propagation.tracecontext import (  # noqa: PLC0415
        TraceContextTextMapPropagator,
    )

    sent = {"traceparent": str(meta.get("HTTP_TRACEPARENT", ""))}
    parent = TraceContextTextMapPropagator().extract(sent)
    with _tracer.start_as_current_span(
        "request", context=parent, kind=SpanKind.SERVER, **_QUIET
    ) as span:
        yield span


def describe_request(span: Any, method: str, route: str, status: int) -> None:
    """Name the span by its route, and say how it ended."""
    from opentelemetry.trace import StatusCode  # noqa: PLC0415 (an extra)

    span.update_name(f"{method} {route}")
    span.set_attributes(
        {"http.request.method": method, "http.route": route, "http.response.status_code": status}
    )
    if status >= 500:
        span.set_status(StatusCode.ERROR)


def read_trace_id() -> str:
    """Return the id of the present trace, in hexadecimal; an empty text without one."""
    if _tracer is None:
        return ""
    from opentelemetry.trace import get_current_span  # noqa: PLC0415 (an extra)

    number = get_current_span().get_span_context().trace_id
    return f"{number:032x}" if number else ""
