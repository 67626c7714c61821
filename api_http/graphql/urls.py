"""The address of GraphQL, which is there if graphql-core is installed."""

from django.urls import path

from api_http.graphql.view import GraphQLView

urlpatterns = [path("graphql", GraphQLView.as_view(), name="graphql")]
