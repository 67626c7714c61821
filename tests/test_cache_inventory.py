"""Whatever a process keeps from one request to the next is on this list, with what bounds it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.processes import ROOT

PACKAGES = (
    "accounts",
    "api_http",
    "auth_accounts",
    "auth_apikey",
    "auth_basic",
    "auth_core",
    "auth_jwt",
    "auth_magic",
    "auth_proxy",
    "auth_mfa",
    "auth_session",
    "auth_oidc",
    "config",
    "entities",
    "entity_api",
    "runtime",
    "statements",
)
BY_CODE = "its keys are models, viewsets or serializers of the code"
BY_SETTINGS = "its keys are settings"
IN_BYTES = "bounded in bytes"
KEPT = {
    "auth_magic/waiting.py:pruned": "one key",
    "accounts/models.py:_groups_of_user": "one",
    "accounts/leaked_ranges.py:_fetch": "8 answers of at most 256 kB",
    "auth_accounts/tokens.py:pruned": "one key",
    "auth_accounts/devices.py:seen": "10,000 digests of one length, 2 MB",
    "auth_core/backend.py:_served_models": BY_CODE,
    "auth_core/backend.py:_granted_in_database": BY_CODE,
    "auth_core/lockout/database.py:pruned": "one key",
    "auth_core/lockout/repeats.py:_in_flight": "one entry for each thread that checks a password now",
    "auth_core/lockout/repeats.py:verified_passwords": "10,000 digests of one length, 2.5 MB, of right passwords",
    "auth_core/lockout/repeats.py:refused_credentials": "10,000 digests of one length, 2.5 MB, of right passwords",
    "auth_core/lockout/redis.py:_clients": "one client for each cache",
    "auth_core/audit.py:recently_recorded": "10,000 keys of one length, 4 MB",
    "auth_core/permissions.py:_find_known": "512 actions of views",
    "auth_core/permissions.py:_find_reach": "2,048 sets of roles with a rule, and strangers have no roles",
    "auth_core/policy/loading.py:read_source": BY_SETTINGS,
    "auth_core/policy/ownership.py:_leads_to_many": BY_CODE,
    "auth_core/caller.py:_roles_of": BY_CODE,
    "auth_core/last_use.py:unnoted": BY_CODE,
    "auth_apikey/finding.py:_finder": "one",
    "auth_core/policy/plain_views.py:asks_by_itself": "the handlers of views",
    "auth_core/policy/reach.py:_name_columns": "256 sets of names, which the policy gives",
    "auth_core/remembered_passwords.py:_finder": "one for each kind of counters",
    "auth_core/registry.py:_load_provider": BY_SETTINGS,
    "auth_core/user_lookup.py:_prepare": BY_CODE,
    "runtime/redis_cache.py:open_client": BY_SETTINGS,
    "auth_core/devices.py:name_device": "256 names, each of an agent of at most 200 characters",
    "auth_jwt/key_set.py:_make_secret_set": BY_SETTINGS,
    "auth_jwt/key_set.py:_read_files": "the four last states of the key directory",
    "auth_jwt/key_set.py:_read_text": BY_SETTINGS,
    "auth_jwt/sessions.py:_finder": "one",
    "auth_jwt/tokens.py:_verified": IN_BYTES,
    "api_http/outgoing.py:_opener": "one",
    "auth_oidc/published.py:find_publisher": BY_SETTINGS,
    "api_http/document.py:_make_document": "two formats",
    "api_http/graphql/execution.py:_known": IN_BYTES,
    "api_http/graphql/execution.py:_public": IN_BYTES,
    "api_http/graphql/view.py:_accepted": IN_BYTES,
    "api_http/graphql/schema.py:load_schema": "one",
    "api_http/limits/counting.py:_read": BY_CODE,
    "api_http/limits/counting.py:_share_buckets": "one",
    "api_http/limits/redis.py:_clients": "one client for each cache",
    "api_http/middleware.py:_matches": IN_BYTES,
    "runtime/postgresql/lending.py:_lenders": "one for each database",
    "api_http/observation.py:name_route": "2,048 routes, which the code gives",
    "api_http/observation.py:_find_places": "8,192 places of routes, methods and statuses",
    "runtime/metrics/families.py:FAMILIES": "the metrics of the code",
    "runtime/metrics/families.py:_publishers": "the gauges of the code",
    "statements/cache.py:_named": "the caches of the code",
    "api_http/readiness.py:list_migrations": "one",
    "entity_api/reading/encoder.py:_columns": IN_BYTES,
    "entity_api/reading/encoder.py:_encoders": IN_BYTES,
    "entity_api/description/eligible.py:UNSERVED": BY_CODE,
    "entity_api/description/wire_names.py:_take_rows": BY_CODE,
    "entity_api/description/wire_names.py:name_on_the_wire": BY_CODE,
    "entity_api/admin/defaults.py:DEFAULT_ADMINS": BY_CODE,
    "entity_api/admin/inlines.py:limit_inline": "the inlines of the admin",
    "entity_api/description/file_field.py:_find_route": "1,024 routes of files, which the code gives",
    "entity_api/description/keys.py:_find_parser": BY_CODE,
    "entity_api/description/keys.py:has_integer_key": BY_CODE,
    "entity_api/description/keys.py:name_key": BY_CODE,
    "entity_api/description/kind_lookup.py:find_kind": BY_CODE,
    "entity_api/description/kind_lookup.py:kind_of_key": BY_CODE,
    "entity_api/description/kind_lookup.py:list_plain_classes": "one for each GraphQL type of a kind",
    "entity_api/description/naming.py:camel_case": "1,024 names of fields, which the code gives",
    "entity_api/writing/link_changes.py:list_stamps": BY_CODE,
    "entity_api/writing/ownership.py:_find_link": BY_CODE,
    "entity_api/rest/pages.py:_kept": IN_BYTES,
    "entity_api/access.py:_answers": IN_BYTES,
    "entity_api/access.py:_kept": IN_BYTES,
    "entity_api/access.py:_public": IN_BYTES,
    "entity_api/link_rights.py:_list_steps": BY_CODE,
    "entity_api/description/model_links.py:leads_back": BY_CODE,
    "entity_api/linked_hooks.py:asks_alike": BY_CODE,
    "entity_api/linked_hooks.py:find_own_hook": BY_CODE,
    "entity_api/description/registry.py:VIEWSETS": BY_CODE,
    "entity_api/description/registry.py:describe_entity": BY_CODE,
    "entity_api/description/standard_fields.py:has_dated_fields": BY_CODE,
    "entity_api/description/serializer.py:_patterns": BY_CODE,
    "entity_api/description/shared_fields.py:_bind_pattern": BY_CODE,
    "entity_api/writing/decision.py:explain_transaction": BY_CODE,
    "entity_api/rest/viewset.py:_join_methods": "the methods of routes",
    "entity_api/graphql/operations.py:make_operations": "one",
    "entity_api/graphql/filters.py:_make_filter": "one for each kind of field, nullable or not",
    "statements/statement.py:_is_made_plainly": BY_CODE,
    "statements/writing.py:_find_columns": BY_CODE,
    "statements/writing.py:_find_converters": BY_CODE,
    "statements/writing.py:_has_plain_columns": BY_CODE,
    "statements/writing.py:_make_insert": BY_CODE,
    "statements/writing.py:_updates": IN_BYTES,
}
DECORATORS = {"cache", "lru_cache", "once"}
CONTAINERS = {
    "BoundedCache",
    "ExpiringSet",
    "OrderedDict",
    "WeakKeyDictionary",
    "WeakValueDictionary",
    "defaultdict",
}


def list_kept(path: Path) -> Iterator[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            yield from (
                node.name
                for decorator in node.decorator_list
                if name_called(decorator) in DECORATORS
            )
    for node in tree.body:
        if (
            isinstance(node, ast.Assign | ast.AnnAssign)
            and node.value
            and is_filled_later(node.value)
        ):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            yield from (target.id for target in targets if isinstance(target, ast.Name))


def name_called(node: ast.expr) -> str:
    """Name what a decorator or a call calls: `lru_cache` of `@functools.lru_cache(maxsize=4)`."""
    called = node.func if isinstance(node, ast.Call) else node
    return called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")


def is_filled_later(value: ast.expr) -> bool:
    """Whether a module begins with an empty container, or with a cache."""
    if isinstance(value, ast.Call):
        called = value.func.value if isinstance(value.func, ast.Subscript) else value.func
        empty = name_called(called) in {"dict", "list", "set"} and not value.args
        return empty or name_called(called) in CONTAINERS | DECORATORS
    return isinstance(value, ast.Dict | ast.List) and not ast.unparse(value).strip("{}[]")


def test_whatever_is_kept_is_on_the_list_and_bounded() -> None:
    paths = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]
    found = {
        f"{path.relative_to(ROOT).as_posix()}:{name}" for path in paths for name in list_kept(path)
    }
    assert found == KEPT.keys()


def test_no_method_keeps_what_it_is_called_with() -> None:
    """A cache of a method keeps every instance that it was called on."""
    sources = [
        path.read_text(encoding="utf-8")
        for package in PACKAGES
        for path in (ROOT / package).rglob("*.py")
    ]
    assert not [
        source
        for source in sources
        if re.search(r"^    +@(functools\.)?(lru_)?cache\b", source, re.MULTILINE)
    ]


@pytest.mark.parametrize(
    "source",
    [
        "from functools import cache\n@cache\ndef kept(): ...",
        "import functools\n@functools.lru_cache(maxsize=4)\ndef kept(): ...",
        "from functools import cache\nkept = cache(print)",
        "kept: dict[str, int] = {}",
        "kept = []",
        "kept = set()",
        "from statements.cache import BoundedCache\nkept: BoundedCache[str] = BoundedCache(2**20)",
    ],
)
def test_the_list_misses_nothing(source: str, tmp_path: Path) -> None:
    (tmp_path / "module.py").write_text(source)
    assert list(list_kept(tmp_path / "module.py")) == ["kept"]
