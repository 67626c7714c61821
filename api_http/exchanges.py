"""The signal that rows left the service in a file, or came in by a file."""

from django.dispatch import Signal

# Sent by the model, with `request`, `verb` ("export" or "import") and the number of `rows`. An
# import sends it after its rows are stored.
rows_exchanged = Signal()
