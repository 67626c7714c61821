"""Installs the linked entities, and a plugin with a table, for one module of tests."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test import override_settings

from entity_api.description.registry import VIEWSETS

APPS = ("tests.linked", "tests.tabled_provider")


@pytest.fixture(scope="module")
def linked(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    with override_settings(
        INSTALLED_APPS=[*settings.INSTALLED_APPS, *APPS], ROOT_URLCONF="tests.linked.urls"
    ):
        # Django does not forget by itself which models referred to users before.
        apps.clear_cache()
        urls = import_module("tests.linked.urls")
        served = {view.queryset.model: view for _, view, _ in urls.router.registry}
        VIEWSETS.update(served)
        models = [model for app in APPS for model in apps.get_app_config(app[6:]).get_models()]
        with django_db_blocker.unblock():
            with connection.schema_editor() as editor:
                for model in models:
                    editor.create_model(model)
            # Within a test they would be rolled back, and stay in Django's memory.
            kinds = ContentType.objects.get_for_models(*models)
            yield
            ContentType.objects.filter(pk__in=[kind.pk for kind in kinds.values()]).delete()
            ContentType.objects.clear_cache()
            with connection.schema_editor() as editor:
                for model in reversed(models):
                    editor.delete_model(model)
    for model in served:
        del VIEWSETS[model]
