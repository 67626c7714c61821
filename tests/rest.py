"""What the tests of the entities' REST surface share: one valid body of each entity, problems, and
what is stored.
"""

from typing import Any
from urllib.parse import urljoin

from django.apps import apps

MISSING = "0190b5a0-0000-7000-8000-000000000000"
BODIES: dict[str, dict[str, Any]] = {
    "addresses": {
        "address_1": "1 Rue é",
        "address_2": "",
        "city": " Łódź ",
        "state": "%_*?[\\",
        "zip": -(2**31),
    },
    "customers": {
        "email": "ada@example.org",
        "firstName": "Ada",
        "lastName": "Lovelace",
        "phone": "+44 20",
    },
    "orders": {"quantity": 2**31 - 1, "discount": 0.1, "totalPrice": 0},
    "products": {"name": "Loom", "description": "🧵 line\nline", "itemPrice": 1e308},
    "users": {
        "username": "grace@navy",
        "password": "correct horse battery",
        "email": None,
        "firstName": "Grace",
        "lastName": None,
        "roles": ["user"],
        "isActive": True,
    },
}
ENTITIES = tuple(BODIES)


def read_stored() -> dict[str, list[dict[str, Any]]]:
    """Return every row that a request to an entity could change."""
    models = [
        *apps.get_app_config("shop").get_models(include_auto_created=True),
        *apps.get_app_config("accounts").get_models(include_auto_created=True),
        apps.get_model("auth", "Group"),
    ]
    return {
        model._meta.label: list(model._default_manager.order_by("pk").values()) for model in models
    }


def assert_problem(response: Any, *statuses: int) -> dict[str, Any]:
    """Check that the answer is a whole and harmless problem document (RFC 9457), and return it."""
    assert response.status_code in statuses, response.content[:500]
    assert response["Content-Type"] == "application/problem+json"
    problem: dict[str, Any] = response.json()
    assert problem.keys() - {"errors", "code"} == {"type", "title", "status", "detail"}
    # Only a refused login has a code, so that a client can act by it.
    assert "code" not in problem or response.status_code == 401
    assert (problem["type"], problem["status"]) == ("about:blank", response.status_code)
    for error in problem.get("errors", ()):
        assert error.keys() == {"pointer", "detail", "code"}
        assert error["pointer"].startswith("#")
    assert not any(
        inside in response.text
        for inside in ("Traceback", "SELECT ", "django", "entities.", "psycopg")
    )
    return problem


def find_pointers(response: Any) -> list[str]:
    """Return where the faults of a refused input are."""
    return [error["pointer"] for error in assert_problem(response, 400)["errors"]]


def read_next(response: Any) -> str:
    """Return the address of the next page, taken from that of this page as a client does; nothing
    on the last.
    """
    link = response.headers.get("Link", "").removesuffix('>; rel="next"').removeprefix("<")
    return urljoin(response.wsgi_request.path, link) if link else ""
