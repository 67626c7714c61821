"""A session engine whose keys can be guessed."""

from __future__ import annotations

from secrets import token_hex

from django.contrib.sessions.backends.db import SessionStore as DatabaseStore


class SessionStore(DatabaseStore):
    def _get_new_session_key(self) -> str:
        return token_hex(5)
