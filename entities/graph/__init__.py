"""The GraphQL schema of the entities, generated from their viewsets, and the resolvers that run those viewsets."""
