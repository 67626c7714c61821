"""A middleware that API requests do not pass is named by a check."""

from typing import Any

from api_http.middleware_checks import API_MIDDLEWARE, check_middleware

OWN = "my_app.middleware.TenantMiddleware"


def test_the_projects_own_order_is_no_fault() -> None:
    assert check_middleware() == []


def test_an_appended_middleware_is_named_with_the_remedy(settings: Any) -> None:
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, OWN]
    (warning,) = check_middleware()
    assert (warning.id, OWN in warning.msg) == ("api_http.W001", True)
    assert API_MIDDLEWARE in str(warning.hint)


def test_a_middleware_above_runs_for_the_api(settings: Any) -> None:
    settings.MIDDLEWARE = [OWN, *settings.MIDDLEWARE]
    assert check_middleware() == []
