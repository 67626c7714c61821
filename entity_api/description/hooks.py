"""The methods and attributes of DRF's viewsets: an entity's viewset obeys some and refuses others.

A hook that only REST could obey would leave GraphQL unprotected. `manage.py check` refuses it and
names the remedy.
"""

from __future__ import annotations

from collections.abc import Callable
from inspect import getattr_static, unwrap
from typing import ClassVar

# DRF's names that hold on every surface, and what a viewset changes by overriding them:
# "rows" are the rows that there are for a caller, "row" how a single row is found and shown to
# the permission classes, "fields" how rows are shown, "access" who may do what, "write" how rows
# and "delete" how rows are written, "context" what the serializer knows, and "description" the
# entity as it is for all callers.
HONOURED = {
    "check_object_permissions": "row",
    "check_permissions": "access",
    "filter_backends": "rows",
    "filter_queryset": "rows",
    "get_object": "row",
    "get_permissions": "access",
    "get_queryset": "rows",
    "get_serializer": "fields",
    "get_serializer_class": "fields",
    "get_serializer_context": "context",
    "perform_create": "write",
    "perform_destroy": "delete",
    "perform_update": "write",
    "permission_classes": "description",
    "permission_denied": "access",
    "queryset": "description",
    "schema": "description",
    "search_fields": "description",
    "serializer_class": "description",
}
_PAGES = "Clients ask by skip, take and after. API_MAX_TAKE limits a page"
_JSON = "The API speaks JSON only. Serve another form by a plain view of DRF"
_PROVIDERS = "Write a provider, or name those that the viewset takes in `providers`"
_LIMITS = 'Set throttle = "60/min", which GraphQL obeys as well'
_ANSWER = "Write a middleware. It sees GraphQL as well"
_ERRORS = "Raise an APIException of DRF. All surfaces answer it"
_ROUTES = "The router makes the routes. Add an @action for a route of your own"
_ID = "Rows are found by their id. Override get_object to take other keys"
_READ = "Override get_queryset, filter_queryset or get_serializer_class"
_VERSIONS = "There is one version of the API. Serve another one by plain views of DRF"
_LINKS = "Override get_queryset or write a permission class. Links ask both"
# DRF's names that GraphQL does not know, each with the remedy.
REFUSED = {
    "allowed_methods": "Close actions in the permissions",
    "as_view": _ROUTES,
    "authentication_classes": _PROVIDERS,
    "check_throttles": _LIMITS,
    "connect_links": _LINKS,
    "content_negotiation_class": _JSON,
    "create": "Override perform_create or validate() of the serializer",
    "default_response_headers": _ANSWER,
    "destroy": "Override perform_destroy",
    "determine_version": _VERSIONS,
    "disconnect_links": _LINKS,
    "dispatch": _ANSWER,
    "finalize_response": _ANSWER,
    "get_authenticate_header": _PROVIDERS,
    "get_authenticators": _PROVIDERS,
    "get_content_negotiator": _JSON,
    "get_exception_handler": _ERRORS,
    "get_exception_handler_context": _ERRORS,
    "get_extra_action_url_map": _ROUTES,
    "get_extra_actions": _ROUTES,
    "get_format_suffix": _JSON,
    "get_paginated_response": _PAGES,
    "get_parser_context": _JSON,
    "get_parsers": _JSON,
    "get_renderer_context": _JSON,
    "get_renderers": _JSON,
    "get_success_headers": _ANSWER,
    "get_throttles": _LIMITS,
    "get_view_description": "Write the docstring of the serializer",
    "get_view_name": "Set verbose_name in Meta of the model",
    "handle_exception": _ERRORS,
    "http_method_names": "Close actions in the permissions",
    "http_method_not_allowed": "Close actions in the permissions",
    "initial": "Write a permission class. GraphQL asks it as well",
    "initialize_request": _ANSWER,
    "list": _READ,
    "list_links": _LINKS,
    "lookup_field": _ID,
    "lookup_url_kwarg": _ID,
    "lookup_value_regex": _ID,
    "metadata_class": _ROUTES,
    "options": _ROUTES,
    "paginate_queryset": _PAGES,
    "pagination_class": _PAGES,
    "paginator": _PAGES,
    "parser_classes": _JSON,
    "partial_update": "Override perform_update or validate() of the serializer",
    "perform_authentication": _PROVIDERS,
    "perform_content_negotiation": _JSON,
    "raise_uncaught_exception": _ERRORS,
    "renderer_classes": _JSON,
    "retrieve": "Override get_object or get_serializer_class",
    "reverse_action": _ROUTES,
    "set_links": _LINKS,
    "settings": "Set REST_FRAMEWORK in the settings",
    "setup": "Write a permission class. GraphQL asks it as well",
    "throttle_classes": _LIMITS,
    "throttled": _LIMITS,
    "update": "The API has no PUT. Override perform_update",
    "versioning_class": _VERSIONS,
    "view_is_async": _ROUTES,
}


class NotedHooks:
    """Notes the hooks that a class overrides, and what they change (see HONOURED)."""

    overridden: ClassVar[frozenset[str]] = frozenset()
    changes: ClassVar[frozenset[str]] = frozenset()

    @classmethod
    def note_overrides(cls, base: type) -> None:
        """Note the hooks of DRF that the class overrides beside `base`."""
        cls.overridden = list_overridden(cls, base)
        cls.changes = frozenset(HONOURED[name] for name in cls.overridden & HONOURED.keys())

    @classmethod
    def overrides(cls, *names: str) -> bool:
        """Return whether the class overrides any of these hooks."""
        return not cls.overridden.isdisjoint(names)

    @classmethod
    def list_hooks(cls, *stages: str) -> list[str]:
        """Return the overridden hooks that change any of these stages, in their order by name."""
        known = sorted(cls.overridden & HONOURED.keys())
        return [name for name in known if HONOURED[name] in stages]


def list_overridden(viewset: type, base: type) -> frozenset[str]:
    """Return the names above that `viewset` defines beside `base`, itself or by another base."""
    return find_overrides(viewset, base, lambda name: name in HONOURED or name in REFUSED)


def find_overrides(cls: type, base: type, is_hook: Callable[[str], bool]) -> frozenset[str]:
    """Return the hooks that a class defines beside `base`, itself or by another base."""
    own = [vars(each) for each in cls.__mro__ if each not in base.__mro__]
    return frozenset(
        name
        for members in own
        for name in filter(is_hook, members)
        if not _wraps(members[name], getattr_static(base, name, None))
    )


def _wraps(member: object, original: object) -> bool:
    """Return whether a decorator such as extend_schema_view() wraps the method of the base."""
    return callable(member) and unwrap(member) is original
