"""Beginning Django's session for a login, and finding the user of a session."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth import (
    BACKEND_SESSION_KEY,
    HASH_SESSION_KEY,
    SESSION_KEY,
    get_user_model,
    load_backend,
    login,
)
from django.contrib.auth.backends import ModelBackend
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.middleware import SessionMiddleware
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.middleware.csrf import CsrfViewMiddleware
from django.utils.crypto import constant_time_compare

from api_http.cookies import answer_cookies
from api_http.middleware import is_api_path
from auth_core.user_lookup import find_user


def begin_session(request: HttpRequest, user: Any) -> None:
    """Log the user in as Django does: the key of the session and the CSRF token are new.

    The session is stored at once, so that a login which fails after all takes it back.
    """
    login(request, user, getattr(user, "backend", settings.AUTHENTICATION_BACKENDS[0]))
    # The session of a page is stored by Django's own middleware.
    if is_api_path(request.path_info):
        cookies = answer_cookies(request)
        CsrfViewMiddleware(lambda _: cookies).process_response(request, cookies)
        SessionMiddleware(lambda _: cookies).process_response(request, cookies)
        request.session.modified = False


def is_malformed(request: HttpRequest) -> bool:
    """Whether the cookie cannot be the key of a session of ours. Costs no query."""
    key = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
    if not key:
        return False
    return request.session.session_key is None or not (key.isascii() and key.isprintable())


def find_user_of(session: SessionBase) -> Any:
    """Return the user who logged in with the session; `None` without one, and for a session that
    ended, by its age or by a new password.

    It only reads. Django's own function would delete the session of an old password. Costs two
    queries: the session, and the user with the roles.
    """
    path = session.get(BACKEND_SESSION_KEY)
    if path not in settings.AUTHENTICATION_BACKENDS:
        return None
    key: Any = get_user_model()._meta.pk
    try:
        user = _load(path, key.to_python(session[SESSION_KEY]))
    except (KeyError, ValidationError):
        return None
    return user if user is not None and _has_password_of(session, user) else None


def _load(path: str, key: object) -> Any:
    backend: Any = load_backend(path)
    if type(backend).get_user is ModelBackend.get_user:
        return find_user("pk", key)
    return backend.get_user(key)


def _has_password_of(session: SessionBase, user: Any) -> bool:
    """Whether the user had the present password at the login, under any key of the settings."""
    stored = session.get(HASH_SESSION_KEY, "")
    hashes = [user.get_session_auth_hash(), *user.get_session_auth_fallback_hash()]
    return any(constant_time_compare(stored, each) for each in hashes)
