"""The schema: the parts that the installed apps bring.

An app that has operations names them in its `graphql.py`, in one or both of two plain dicts:

    queries = {"greeting": GraphQLField(GraphQLString, resolve=lambda _, info: "Hello")}
    mutations = {...}

A plugin may build on an operation of another app, such as the mutation that updates users. Its
`graphql.py` has a function `derive(queries, mutations)` then, which returns further mutations.

A resolver gets DRF's request as `info.context`, with `.user` the caller, and refuses by raising
DRF's exceptions, which reach the client in the same words as on REST. Fields without a resolver
read the key or attribute of their name.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import module_has_submodule
from graphql import GraphQLField, GraphQLObjectType, GraphQLSchema, is_abstract_type

from runtime.plugins import lacks_core
from statements.cache import once

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

    Fields = dict[str, GraphQLField]

MODULE = "graphql"
PARTS = ("queries", "mutations")
DERIVE = "derive"


@once
def load_schema() -> GraphQLSchema:
    """Join the parts of the installed apps, once a process.

    Raises ImproperlyConfigured where they do not fit.

    The types are made meanwhile, so only one thread makes them.
    """
    modules = list(_find_modules())
    queries, mutations = (_join(modules, part) for part in PARTS)
    for module in modules:
        if derive := getattr(module, DERIVE, None):
            mutations |= derive(queries, mutations)
    schema = GraphQLSchema(
        query=GraphQLObjectType("Query", queries),
        mutation=GraphQLObjectType("Mutation", mutations) if mutations else None,
    )
    _refuse_abstract_types(schema)
    return schema


def _find_modules() -> Iterator[ModuleType]:
    for app in apps.get_app_configs():
        # Of api_http itself it is this package. A module that exists and fails to import is an
        # error to be seen.
        if (
            app.name == "api_http"
            or app.module is None
            or lacks_core(app)
            or not module_has_submodule(app.module, MODULE)
        ):
            continue
        module = import_module(f"{app.name}.{MODULE}")
        if not any(hasattr(module, part) for part in PARTS):
            raise ImproperlyConfigured(
                f"{module.__name__} brings nothing to the GraphQL schema: define `queries` or "
                "`mutations` in it, "
                "a dict of names and GraphQLField each, or rename the module."
            )
        yield module


def _join(modules: list[ModuleType], part: str) -> Fields:
    joined: Fields = {}
    origins: dict[str, str] = {}
    for module in modules:
        for name, field in getattr(module, part, {}).items():
            if name in joined:
                raise ImproperlyConfigured(
                    f"{origins[name]} and {module.__name__} both have {name!r} among their "
                    f"{part}; rename one of them."
                )
            joined[name], origins[name] = field, module.__name__
    return joined


def _refuse_abstract_types(schema: GraphQLSchema) -> None:
    # Merging of fields (api_http.graphql.merging) and the planning of links take every type for a
    # concrete one.
    if abstract := [name for name, type_ in schema.type_map.items() if is_abstract_type(type_)]:
        raise ImproperlyConfigured(
            "Interfaces and unions are not supported in the GraphQL schema: "
            f"{', '.join(abstract)}. "
            "Use object types with nullable fields instead."
        )
