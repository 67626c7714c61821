"""A client for tests that ask thousands of questions."""

from __future__ import annotations

from copy import copy
from functools import partial
from typing import Any
from urllib.parse import urlencode

from django.core.handlers.wsgi import WSGIRequest
from rest_framework.test import APIClient, ForceAuthClientHandler


class QuickHandler(ForceAuthClientHandler):
    # Who has logged in to the admin.
    staff: Any = None

    def __call__(self, environ: dict[str, Any]) -> Any:
        if self._middleware_chain is None:  # type: ignore[attr-defined]
            self.load_middleware()
        request: Any = WSGIRequest(environ)
        request._dont_enforce_csrf_checks = not self.enforce_csrf_checks
        if self.staff:
            # As fresh as from the database, without what Django keeps in a user for one request.
            request._cached_user = copy(self.staff)
        return self.get_response(request)


class QuickClient(APIClient):
    """Asks as APIClient does, through all of the middleware, in nine tenths of the time.

    Left out are copies of the contexts of all templates, and Django's signals of requests, which
    would close the test's connection. It calls as `user` without a provider's work, as nobody if there is none.
    """

    def __init__(self, user: Any = None) -> None:
        super().__init__()
        self.handler: Any = QuickHandler(enforce_csrf_checks=False)
        self.force_authenticate(user)

    def enter_admin(self, user: Any) -> None:
        """Log in. Each request then calls as this user, whose session is read where it is needed."""
        self.force_login(user)
        self.handler.staff = user

    def submit(self, address: str, values: dict[str, Any]) -> Any:
        """Post a form without files as a browser does."""
        form = "application/x-www-form-urlencoded"
        return self.post(address, urlencode(values, doseq=True), content_type=form)

    def request(self, **kwargs: Any) -> Any:
        response: Any = self.handler(self._base_environ(**kwargs))  # type: ignore[attr-defined]
        assert response.status_code != 500, response.content
        response.json = partial(self._parse_json, response)  # type: ignore[attr-defined]
        # Of a page of the admin, what its view hands to its template.
        response.context = getattr(response, "context_data", None)
        self.cookies.update(response.cookies)
        return response
