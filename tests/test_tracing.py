"""Traces: a span for the request and for its stages, whose id is in the log and in problems."""

from __future__ import annotations

import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any
from urllib.request import Request, urlopen

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from pytest_django import Settings
from rest_framework.test import APIClient

from runtime import tracing
from tests.databases import make_database
from tests.processes import find_free_port
from tests.test_serve import run_serve

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT = f"00-{TRACE}-00f067aa0ba902b7-01"


@pytest.fixture
def spans() -> Iterator[InMemorySpanExporter]:
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    tracing._use(provider)
    yield exporter
    tracing._use(None)


def name_parents(spans: tuple[ReadableSpan, ...]) -> set[tuple[str, str]]:
    """Return the name of each span with that of the span around it."""
    names = {span.context.span_id: span.name for span in spans if span.context}
    return {(span.name, names.get(span.parent.span_id, "client")) for span in spans if span.parent}


def test_a_list_has_a_span_for_each_stage(
    admin: object, api: APIClient, spans: InMemorySpanExporter
) -> None:
    login = api.post("/api/login", {"username": "admin", "password": "admin"}).json()
    spans.clear()
    headers = {"Authorization": f"Bearer {login['accessToken']}", "traceparent": PARENT}
    api.get("/api/customers?where[email]=s3cret", headers=headers)
    found = spans.get_finished_spans()
    request = "GET /api/customers"
    parents = name_parents(found)
    assert {("auth", "policy"), ("query", request), ("rows", request)} <= parents
    assert (request, "client") in parents
    assert {f"{span.context.trace_id:032x}" for span in found if span.context} == {TRACE}
    told = " ".join(span.to_json() for span in found)
    assert not [each for each in ("s3cret", login["accessToken"], "SELECT") if each in told]


def test_the_trace_is_in_the_log_and_in_problems(
    db: None,
    api: APIClient,
    spans: InMemorySpanExporter,
    settings: Settings,
    capfd: pytest.CaptureFixture[str],
) -> None:
    settings.REQUEST_LOG = True
    problem = api.get("/api/me").json()
    (span,) = [each for each in spans.get_finished_spans() if each.name == "GET /api/me"]
    assert span.context
    assert problem["traceId"] == f"{span.context.trace_id:032x}"
    assert f'"trace_id":"{problem["traceId"]}"' in capfd.readouterr().err


def test_there_is_no_trace_without_a_place_for_it(db: None, api: APIClient) -> None:
    assert "traceId" not in api.get("/api/me", headers={"traceparent": PARENT}).json()


class Collector(HTTPServer):
    """Takes spans by OTLP over HTTP."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", find_free_port()), Receiver)
        self.names: set[str] = set()


class Receiver(BaseHTTPRequestHandler):
    server: Collector

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        # The exporter compresses nothing by default.
        sent = ExportTraceServiceRequest.FromString(body)
        for resource in sent.resource_spans:
            for scope in resource.scope_spans:
                self.server.names |= {span.name for span in scope.spans}
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        pass


@pytest.mark.exhaustive
@pytest.mark.one_database
def test_workers_send_their_spans(tmp_path_factory: pytest.TempPathFactory) -> None:
    with Collector() as collector:
        Thread(target=collector.serve_forever, daemon=True).start()
        place = f"http://127.0.0.1:{collector.server_port}"
        variables = {"OTEL_EXPORTER_OTLP_ENDPOINT": place, "OTEL_BSP_SCHEDULE_DELAY": "200"}
        port = find_free_port()
        with make_database(tmp_path_factory.mktemp("traces"), "migrate") as url:
            more = {"DATABASE_URL": url, "REDIS_URL": "", "REQUEST_LOG": "true", **variables}
            with run_serve(port, "--workers", "1", **more) as process:
                asked = Request(f"http://127.0.0.1:{port}/api/_health/ready")
                urlopen(asked, timeout=30).close()
                deadline = time.monotonic() + 30
                while "GET /api/_health/ready" not in collector.names:
                    assert time.monotonic() < deadline
                    time.sleep(0.1)
                assert process.poll() is None
        collector.shutdown()
