"""OIDC_ISSUERS: what it may hold, and what is said of a wrong value."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from environs import ValidationError

from auth_oidc.issuers import KEYS, is_safe, read_issuers
from tests.processes import ROOT, run_python

ISSUER = {"issuer": "https://login.example.org/realms/main", "audience": "service"}
CLIENT = {"clientId": "service", "clientSecret": "s3cret"}


def read(*issuers: Any) -> Any:
    return read_issuers(json.dumps(issuers))


def test_an_issuer_has_safe_defaults() -> None:
    (issuer,) = read(ISSUER)
    assert (issuer.name, issuer.audience) == ("login-example-org", ("service",))
    assert (issuer.create_users, issuer.trusted_email, issuer.client_id) == (False, False, "")


def test_all_keys_are_read() -> None:
    given = {
        **ISSUER,
        **CLIENT,
        "name": "main",
        "audience": ["a", "b"],
        "audienceClaim": "client_id",
        "clients": ["web"],
        "rolesClaim": "realm_access.roles",
        "createUsers": True,
        "trustedEmail": True,
        "scope": "openid",
        "label": "Main",
        "origins": ["https://app.example.org"],
    }
    (issuer,) = read(given)
    assert (issuer.audience, issuer.clients, issuer.origins) == (
        ("a", "b"),
        ("web",),
        ("https://app.example.org",),
    )
    assert (issuer.roles_claim, issuer.create_users) == ("realm_access.roles", True)
    assert "s3cret" not in repr(issuer)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"issuer": "http://login.example.org"}, '"issuer" of issuer 1 must be an address with'),
        ({"issuer": "https://login.example.org/?a=b"}, '"issuer" of issuer 1'),
        ({"issuer": "https://a:s3cret@login.example.org"}, '"issuer" of issuer 1'),
        ({"issuer": "https://login.example.org:port"}, '"issuer" of issuer 1'),
        ({"audience": []}, '"audience" of issuer 1 must be a text or a list of texts, with one'),
        ({"clients": []}, '"clients" of issuer 1 must be a text or a list of texts, with one'),
        ({"issuer": 7}, '"issuer" of issuer 1 must be a text'),
        ({"createUsers": "yes"}, '"createUsers" of issuer 1 must be true or false'),
        ({"audience": [1]}, '"audience" of issuer 1 must be a text or a list of texts'),
        ({"name": "Main Login"}, '"name" of issuer 1'),
        ({"origins": ["https://app.example.org/"]}, '"origins" of issuer 1'),
        ({"origins": ["javascript:alert(1)"]}, '"origins" of issuer 1'),
        ({"rolesclaim": "s3cret"}, "issuer 1 is no object with keys out of name, issuer"),
        ({"clientSecret": "s3cret"}, 'has a "clientSecret" and no "clientId"'),
    ],
)
def test_a_wrong_value_is_named_and_not_shown(change: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        read(ISSUER | change)
    assert reason in str(refusal.value)
    assert "s3cret" not in str(refusal.value)


def test_the_page_has_all_keys_and_examples_that_can_be_read() -> None:
    page = (ROOT / "docs" / "oidc.md").read_text()
    rows = re.findall(r"^\| (`\w+`(?:, `\w+`)*) \|", page, re.MULTILINE)
    assert sorted(re.findall(r"\w+", " ".join(rows))) == sorted(KEYS)
    examples = re.findall(r"^```\n(\[.*\])\n```$", page, re.MULTILINE)
    assert len([read_issuers(text) for text in examples]) == 5


@pytest.mark.parametrize("text", ["", "x", "{}", "[]", "[1]", '[{"issuer": "https://a.org"}]'])
def test_what_is_no_list_of_issuers_is_refused(text: str) -> None:
    with pytest.raises(ValidationError, match="a JSON list such as"):
        read_issuers(text)


def test_issuers_and_their_names_are_unique() -> None:
    with pytest.raises(ValidationError, match="two issuers have the same issuer"):
        read(ISSUER, ISSUER | {"name": "other"})
    with pytest.raises(ValidationError, match="two issuers have the same name"):
        read(ISSUER, ISSUER | {"issuer": "https://login.example.org/other"})


@pytest.mark.parametrize(
    ("url", "issuer", "safe"),
    [
        ("https://keys.example.org/jwks", "https://login.example.org", True),
        ("http://127.0.0.1:8080/jwks", "http://localhost:8080", True),
        ("http://[::1]/jwks", "http://127.0.0.1", True),
        # The metadata of a public issuer never leads into this machine without TLS.
        ("http://127.0.0.1/jwks", "https://login.example.org", False),
        ("http://keys.example.org/jwks", "https://login.example.org", False),
        ("file:///etc/passwd", "https://login.example.org", False),
        ("https://", "https://login.example.org", False),
        ("https://[", "https://login.example.org", False),
    ],
)
def test_only_safe_addresses_are_fetched(url: str, issuer: str, safe: object) -> None:
    assert is_safe(url, issuer) is safe


@pytest.mark.exhaustive
def test_a_wrong_value_stops_the_start_in_one_line() -> None:
    given = '[{"issuer": "http://login.example.org", "clientId": "x", "clientSecret": "s3cret"}]'
    done = run_python("manage.py", "check", OIDC_ISSUERS=given)
    assert done.returncode == 1
    assert "  OIDC_ISSUERS holds a value that cannot be used; it may hold a JSON" in done.stderr
    assert "s3cret" not in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.exhaustive
def test_without_issuers_there_is_no_start() -> None:
    done = run_python("manage.py", "check", OIDC_ISSUERS="")
    assert done.returncode == 1
    assert "OIDC_ISSUERS is empty" in done.stderr
