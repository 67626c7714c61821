"""GraphQL over HTTP: the schema joined from the installed apps, and the view that serves it."""
