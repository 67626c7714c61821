"""Django's session for requests to the API."""

from __future__ import annotations

from typing import Any

from django.contrib.sessions.exceptions import SessionInterrupted
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest

from api_http.middleware import is_api_path, say_how_to_cache
from api_http.problems import handle_exception, render_problem


class ApiSessionMiddleware(SessionMiddleware):
    """Django's middleware, for the API alone: pages have their own, further down. In a project
    without ApiMiddleware Django's own runs for the API as well, and this does nothing.

    A view may change `request.session`; the changes are stored after an answer that is no fault. A
    session that cannot be stored is an error as the API promises it.
    """

    def __call__(self, request: HttpRequest) -> Any:
        if not is_api_path(request.path_info) or hasattr(request, "session"):
            return self.get_response(request)
        return super().__call__(request)

    def process_response(self, request: HttpRequest, response: Any) -> Any:
        # A logout that failed was rolled back. The browser keeps its cookie, to try again.
        if response.status_code >= 500:
            return response
        changed = request.session.modified
        try:
            return super().process_response(request, response)
        except SessionInterrupted:
            failed = render_problem(400, "The session ended while the request was answered.")
        except Exception as error:  # noqa: BLE001 (each is answered and logged)
            failed = handle_exception(error, {"request": request})
        if not changed:
            # Only its age was to be stored (SESSION_SAVE_EVERY_REQUEST). Reading does not need it.
            return response
        say_how_to_cache(failed)
        return failed
