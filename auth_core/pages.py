"""Pages of plugins for people, such as those that links in mails lead to; config/urls.py mounts
them under account/.
"""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from auth_core.account_page import show_account, show_texts
from auth_core.urls import list_provider_routes

urlpatterns: list[URLPattern | URLResolver] = [
    path("", show_account, name="account"),
    path("texts.js", show_texts, name="account_texts"),
    *list_provider_routes("pages"),
]
