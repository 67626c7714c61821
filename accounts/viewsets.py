"""The API of accounts."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any

from accounts.models import User
from accounts.passwords import hash_ahead
from accounts.serializers import UserSerializer
from entity_api import EntityViewSet


class UserViewSet(EntityViewSet):
    queryset = User.objects.prefetch_related("groups")
    serializer_class = UserSerializer
    requires_authentication = True

    def prepare_write(self, data: Any) -> AbstractContextManager[None]:
        """Hash a new password before the transaction begins."""
        is_permitted = isinstance(data, Mapping) and "password" in self.permit(self.action)
        password = data.get("password") if is_permitted else None
        return hash_ahead(password, source=data)
