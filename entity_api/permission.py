"""The base of permission classes that limit the fields and the rows of an entity."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rest_framework.permissions import BasePermission

if TYPE_CHECKING:
    from collections.abc import Hashable

    from django.db.models import Q
    from rest_framework.request import Request


class EntityPermission(BasePermission):
    """Limits nothing. Override the methods that you need; `manage.py check` refuses a misspelt one.

    `view` is the entity's viewset. `action` is list, retrieve, create, partial_update, destroy or
    the name of an action of your own. All permission classes of a viewset are asked, and all limits
    hold. The answers are asked once for a request, an entity and an action.

    A class without `access_key` is right, and slower: nothing is kept from one request to the next.
    """

    def allowed_fields(self, request: Request, view: Any, action: str) -> frozenset[str] | None:
        """Return the wire names of the fields that the caller may read or write by the action.

        `view.field_names` has the names of all fields. `None` means all of them.
        """
        return None

    def visible_rows(self, request: Request, view: Any, action: str) -> Q | None:
        """Return the condition on the rows that the caller may use by the action; `None` for all
        rows.

        A condition may compare a field with the caller's key: `Q(owner=Parameter("caller", field))`
        of statements.statement, where `field` is the primary key of the user model. Then the
        condition is the same for all callers, and one reading is kept for all of them.
        """
        return None

    def access_key(self, request: Request, view: Any) -> Hashable | None:
        """Return a key: requests with equal keys get equal answers of the two methods above.

        `None` means that nothing is kept.
        """
        return None

    def is_public(self, view: Any, action: str | None = None, field: str | None = None) -> bool:
        """Return whether the action needs no credentials, with this field. OpenAPI asks it."""
        return False

    def may_withhold(self, view: Any, field: str) -> bool:
        """Return whether a caller may see a row without this field. OpenAPI asks it."""
        return type(self).allowed_fields is not EntityPermission.allowed_fields

    def require_recent_auth(self, request: Request, view: Any) -> None:
        """Raise an APIException for an action of `view.requires_recent_auth` whose caller logged in
        long ago. The admin asks; the API asks by has_permission().
        """

    def explain(self, request: Request, view: Any, action: str, field: str | None = None) -> str:
        """Return the rule that decides on the action or the field, for an answer under DEBUG."""
        return ""

    def describe_rules(self, entity: str) -> dict[str, str]:
        """Return the rules of the entity by action, for `manage.py entities`."""
        return {}
