"""The entities' part of the GraphQL schema: `queries` and `mutations`, made from what the router serves."""

from entities.graph.operations import Operations
from entities.graph.served import list_served
from entities.urls import router

_served = list_served(router)
operations = Operations(_served)

queries = {name: field for entity in _served.values() for name, field in operations.queries(entity).items()}
mutations = {name: field for entity in _served.values() for name, field in operations.mutations(entity).items()}
