"""The dashboard and the alert rules ask for metrics that the service has."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from importlib import import_module

import pytest
import yaml

from runtime.metrics.families import FAMILIES
from tests.processes import ROOT

# They declare metrics.
DECLARING = (
    "accounts.hashing_queue",
    "api_http.observation",
    "auth_core.audit",
    "auth_jwt.metrics",
)
for module in DECLARING:
    import_module(module)

DEPLOY = ROOT / "deploy"
# The text of an expression without its strings, its labels and its ranges.
NOISE = re.compile(r"\{[^}]*\}|\[[^]]*\]|\b(by|without|on) \([^)]*\)")
# Words before a bracket are functions.
METRIC = re.compile(r"\b[a-z][a-z_]+\b(?!\s*\()")
WORDS = {"or", "and", "unless", "by", "on", "le"}
SUFFIXES = ("_bucket", "_sum", "_count")


def list_alerts() -> Iterator[dict[str, str]]:
    rules = yaml.safe_load((DEPLOY / "prometheus" / "alerts.yaml").read_text())
    for group in rules["groups"]:
        yield from group["rules"]


def list_expressions() -> Iterator[str]:
    board = json.loads((DEPLOY / "grafana" / "dashboard.json").read_text())
    yield from (target["expr"] for panel in board["panels"] for target in panel["targets"])
    yield from (rule["expr"] for rule in list_alerts())


def find_metrics(expression: str) -> set[str]:
    return set(METRIC.findall(NOISE.sub("", expression))) - WORDS


def is_known(name: str) -> bool:
    # Prometheus itself has `up` of every job.
    bare = next((name.removesuffix(each) for each in SUFFIXES if name.endswith(each)), name)
    return name in {*FAMILIES, "up"} or getattr(FAMILIES.get(bare), "kind", "") == "histogram"


@pytest.mark.parametrize("expression", list(list_expressions()))
def test_an_expression_names_metrics_that_there_are(expression: str) -> None:
    found = find_metrics(expression)
    assert found
    assert [name for name in found if not is_known(name)] == []
    assert expression.count("(") == expression.count(")")


def test_every_metric_is_shown_and_told() -> None:
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    shown = " ".join(list_expressions())
    assert [name for name in FAMILIES if f"`{name}`" not in page or name not in shown] == []


def test_an_alert_says_how_bad_it_is_and_what_to_do() -> None:
    for rule in list_alerts():
        assert rule["labels"]["severity"] in {"page", "ticket"}  # type: ignore[index]
        assert rule["annotations"]["summary"]  # type: ignore[index]
