"""The methods and attributes of DRF's viewsets: those that an entity's viewset obeys, and those that it refuses.

A hook that only REST could obey would leave GraphQL unprotected. `manage.py check` refuses it and names the remedy.
"""

from __future__ import annotations

from inspect import getattr_static, unwrap

# They say which rows there are. A viewset that overrides one may give other rows to each caller.
ROWS = frozenset({"get_queryset", "filter_queryset", "filter_backends"})
# They say what is read. A viewset that overrides one reads by these methods each time (entity_api/reading/plans.py).
READING = ROWS | {
    "check_object_permissions",
    "entity",
    "find",
    "get_object",
    "get_permissions",
    "get_serializer",
    "get_serializer_class",
    "names_listed",
    "permit",
    "present",
    "reaches_all",
    "rows",
    "search",
    "show_all",
}
# They say what is written. A viewset that overrides one writes in a transaction (entity_api/writing/single_writes.py).
WRITING = ROWS | {
    "_save",
    "check_object_permissions",
    "find",
    "get_object",
    "get_permissions",
    "get_serializer",
    "get_serializer_class",
    "perform_create",
    "perform_update",
    "permit",
    "reaches_all",
    "rows",
}
# DRF's own names that hold on every surface.
HONOURED = ROWS | {
    "check_object_permissions",
    "check_permissions",
    "get_object",
    "get_permissions",
    "get_serializer",
    "get_serializer_class",
    "get_serializer_context",
    "perform_create",
    "perform_destroy",
    "perform_update",
    "permission_classes",
    "permission_denied",
    "queryset",
    "schema",
    "serializer_class",
}
_PAGES = "Clients ask by skip, take and after. API_MAX_TAKE limits a page"
_JSON = "The API speaks JSON only. Serve another form by a plain view of DRF"
_PROVIDERS = "Write a provider, or name one in AUTH_PLUGINS"
_LIMITS = "Limit requests in a middleware. It sees GraphQL as well"
_ANSWER = "Write a middleware. It sees GraphQL as well"
_ERRORS = "Raise an APIException of DRF. All surfaces answer it"
_ROUTES = "The router makes the routes. Add an @action for a route of your own"
_ID = "Rows are found by their id. Override get_object to take other keys"
_READ = "Override get_queryset, filter_queryset or get_serializer_class"
_VERSIONS = "There is one version of the API. Serve another one by plain views of DRF"
_LINKS = "Override get_queryset or write a permission class. Links ask both"
# DRF's names that GraphQL does not know, and what to write instead.
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


def list_overridden(viewset: type, base: type) -> frozenset[str]:
    """List those of the names above that `viewset` has in another way than `base`, whichever class gives it."""
    names = READING | WRITING | HONOURED | REFUSED.keys()
    return frozenset(name for name in names if _find(viewset, name) is not _find(base, name))


def _find(viewset: type, name: str) -> object:
    found = getattr_static(viewset, name, None)
    # A decorator such as extend_schema_view() wraps a method and changes nothing of what it does.
    return unwrap(found) if callable(found) else found
