"""Installs apps of the tests for one module of tests, with their tables and entities."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test import override_settings

from api_http.graphql import execution
from api_http.graphql.schema import load_schema
from entity_api.admin.defaults import DEFAULT_ADMINS
from entity_api.description.registry import VIEWSETS
from entity_api.graphql.operations import make_operations


@pytest.fixture(scope="module")
def linked(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Installs the linked entities, and a plugin with a table."""
    with install(django_db_blocker, "tests.linked.urls", "tests.linked", "tests.tabled_provider"):
        yield


@contextmanager
def served_anew() -> Iterator[None]:
    """Make the GraphQL schema anew, of the entities that are installed now."""
    make_operations.cache_clear()
    make: Any = load_schema
    schema = make.__wrapped__()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(execution, "load_schema", lambda: schema)
        yield
    make_operations.cache_clear()


# The admins of apps that were installed before: their modules are imported once.
_admins: dict[Any, Any] = {}
# Those of them that the router made.
_made_admins: list[Any] = []


@contextmanager
def install(blocker: Any, urls: str, *names: str) -> Iterator[None]:
    """Install these apps. The module `urls` has the addresses and the `router` of their entities."""
    # A process keeps the first schema that is made. A check would make it of these apps.
    load_schema()
    with override_settings(INSTALLED_APPS=[*settings.INSTALLED_APPS, *names], ROOT_URLCONF=urls):
        # Django does not forget by itself which models referred to users before.
        apps.clear_cache()
        router: Any = import_module(urls).router
        served = {view.queryset.model: view for _, view, _ in router.registry}
        VIEWSETS.update(served)
        models = [model for app in names for model in apps.get_app_config(app[6:]).get_models()]
        admin.site._registry |= {model: _admins[model] for model in models if model in _admins}
        DEFAULT_ADMINS.extend(model for model in models if model in _made_admins)
        tables = [model for model in models if not model._meta.proxy]
        with blocker.unblock():
            with connection.schema_editor() as editor:
                for model in tables:
                    editor.create_model(model)
            # Within a test they would be rolled back, and stay in Django's memory.
            kinds = ContentType.objects.get_for_models(*models)
            yield
            ContentType.objects.filter(pk__in=[kind.pk for kind in kinds.values()]).delete()
            ContentType.objects.clear_cache()
            with connection.schema_editor() as editor:
                for model in reversed(tables):
                    editor.delete_model(model)
    for model in served:
        del VIEWSETS[model]
    for model in filter(admin.site.is_registered, models):
        _admins[model] = admin.site._registry.pop(model)
    _made_admins.extend(model for model in DEFAULT_ADMINS if model in models)
    DEFAULT_ADMINS[:] = [model for model in DEFAULT_ADMINS if model not in models]
