"""A plugin of pytest: the tables of docs/providers.md, made of the outcomes of the conformance kit.

A whole run of `uv run --dev pytest -m ''` on tests/packaged or tests/plugins compares its table, and
fails if it is another. With `--write-table` it writes the table.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "providers.md"
PROVIDERS = ROOT / "tests" / "packaged" / "providers.py"
# The outcomes of the kit's tests: by the test's class and function.
OUTCOMES: dict[tuple[str, str], set[str]] = {}


@dataclass(frozen=True)
class Table:
    """A table between two marks of the page.

    `rows`: by the class of the tests the way to authenticate, its class in providers.py, and what
    it needs besides its name in AUTH_PLUGINS.
    """

    name: str
    rows: Mapping[str, tuple[str, str, str]]

    @property
    def marks(self) -> tuple[str, str]:
        return f"<!-- {self.name} -->\n", f"<!-- the end of {self.name} -->\n"

    def is_whole(self) -> bool:
        """Whether the run had every test that the table is about."""
        wanted = {f"test_{name}" for names in COLUMNS.values() for name in names}
        return {(row, name) for row in self.rows for name in wanted} <= OUTCOMES.keys()

    def make(self) -> str:
        titles = ["", "lines", "besides `AUTH_PLUGINS`", "by README alone", *COLUMNS]
        lines, sizes = [titles, ["---"] * len(titles)], count_lines()
        for row, (title, provider, needs) in self.rows.items():
            cells = [judge(row, names) for names in COLUMNS.values()]
            passed = all(
                "failed" not in found for (name, _), found in OUTCOMES.items() if name == row
            )
            size = str(sizes[provider]) if provider else ""
            lines.append([title, size, needs or "nothing", "yes" if passed else "no", *cells])
        return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)

    def read(self) -> str:
        begin, end = self.marks
        return PAGE.read_text(encoding="utf-8").partition(begin)[2].partition(end)[0]

    def write(self, text: str) -> None:
        begin, end = self.marks
        before, _, rest = PAGE.read_text(encoding="utf-8").partition(begin)
        PAGE.write_text(before + begin + text + end + rest.partition(end)[2], encoding="utf-8")


SHIPPED = Table(
    "the table of the project's plugins",
    {
        "TestSessionCookie": ("`auth_session`", "", ""),
        "TestApiKey": ("`auth_apikey`", "", ""),
        "TestProxy": ("`auth_proxy`", "", "`TRUSTED_PROXIES`, `PROXY_SECRET`"),
        "TestKit": ("`auth_oidc`", "", "`OIDC_ISSUERS`"),
    },
)
PACKAGED = Table(
    "the table of packages",
    {
        "TestBearer": ("`auth_jwt`", "", ""),
        "TestBasic": ("`auth_basic`", "", ""),
        "TestToken": ("Token of Django REST framework", "TokenProvider", ""),
        "TestKnox": ("django-rest-knox", "KnoxProvider", ""),
        "TestOAuth": ("django-oauth-toolkit, a user", "OAuthProvider", "its routes"),
        "TestOAuthMachine": ("django-oauth-toolkit, a machine", "OAuthProvider", "its routes"),
        "TestAllauth": ("django-allauth, session token", "SessionTokenProvider", "routes, adapter"),
        "TestKey": ("djangorestframework-api-key", "KeyProvider", ""),
        "TestDirectory": ("LDAP, by Basic", "DirectoryBackend", "settings"),
        "TestGateway": ("header of a gateway", "GatewayProvider", ""),
        "TestScopedKey": ("own key with a scope", "ScopedKeyProvider", ""),
        "TestIntrospection": ("introspection of tokens", "IntrospectionProvider", ""),
    },
)
COLUMNS = {
    "challenge": ["a_401_has_each_challenge_once", "a_provider_needs_no_challenge"],
    "OpenAPI": ["openapi_has_it", "authorize_of_swagger_shows_it"],
    "GraphQL": ["good_credentials_open_every_surface", "bad_credentials_are_a_401_everywhere"],
    "is_active": ["an_inactive_user_is_refused"],
    "roles": ["the_caller_has_the_roles_of_the_user"],
    "limit": ["they_change_nothing_on_rest", "they_change_nothing_on_graphql"],
    "audit": ["a_refusal_is_audited", "a_success_is_audited_once", "a_login_issues_credentials"],
    "lockout": ["refusals_lock_logins_from_the_address"],
    "outage": ["an_outage_is_a_503"],
    "login": ["a_login_issues_credentials", "a_login_of_graphql_issues_them_too"],
    "logout": ["a_logout_ends_it"],
    "removal": ["users_can_be_deleted_without_its_app"],
}


def judge(row: str, names: list[str]) -> str:
    found = set().union(*(OUTCOMES[row, f"test_{name}"] for name in names))
    if "failed" in found:
        return "no"
    return "yes" if "passed" in found else "-"


def count_lines() -> dict[str, int]:
    """Return the lines of code in each class of providers.py, without blank lines."""
    text = PROVIDERS.read_text(encoding="utf-8")
    lines = text.splitlines()
    return {
        node.name: sum(map(bool, lines[node.lineno - 1 : node.end_lineno]))
        for node in ast.parse(text).body
        if isinstance(node, ast.ClassDef)
    }


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--write-table", action="store_true", help="write that of docs/providers.md")


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Keep the outcomes of the kit's tests."""
    _, *classes, test = report.nodeid.split("::")
    if classes and (report.when == "call" or report.outcome != "passed"):
        key = (classes[0], test.partition("[")[0])
        OUTCOMES.setdefault(key, set()).add(report.outcome)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail a whole run whose outcomes are not those of its table."""
    if hasattr(session.config, "workerinput"):
        return
    reporter: Any = session.config.pluginmanager.get_plugin("terminalreporter")
    for table in (SHIPPED, PACKAGED):
        if not table.is_whole() or table.read() == (text := table.make()):
            continue
        if session.config.getoption("write_table"):
            table.write(text)
            continue
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
        reporter.write_line(
            f"\n{table.name} in docs/providers.md is another (--write-table):\n{text}"
        )
