"""A session engine that keeps the key at a login."""

from __future__ import annotations

from django.contrib.sessions.backends.db import SessionStore as DatabaseStore


class SessionStore(DatabaseStore):
    def cycle_key(self) -> None:
        """Do nothing."""
