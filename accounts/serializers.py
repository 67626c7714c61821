"""How an account reads and is written on the wire."""

from typing import Any, ClassVar

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError as InvalidPassword
from rest_framework.exceptions import ValidationError

from accounts.models import User
from accounts.passwords import hash_password
from accounts.roles import RolesField
from api_http.faults import translate_faults
from entity_api import EntitySerializer
from entity_api.description.fields import TextField


class UsernameField(TextField):
    reads_alone: ClassVar[bool] = True

    def to_internal_value(self, data: Any) -> str:
        # Before the validators look at it: normalising may make a name longer, or of other
        # characters.
        name = User.normalize_username(data) if isinstance(data, str) else data
        return super().to_internal_value(name)


class UserSerializer(EntitySerializer):
    """An account. Staff and superuser flags are not for the API."""

    roles = RolesField(source="groups", required=False)

    class Meta:
        model = User
        fields = ("username", "password", "email", "first_name", "last_name", "roles", "is_active")
        extra_kwargs: ClassVar = {"password": {"write_only": True, "max_length": 1024}}

    def build_standard_field(self, field_name: str, model_field: Any) -> tuple[Any, dict[str, Any]]:
        field_class, kwargs = super().build_standard_field(field_name, model_field)
        return UsernameField if field_name == User.USERNAME_FIELD else field_class, kwargs

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "password" in attrs:
            attrs["password"] = self._hash_password(attrs["password"], attrs)
        return attrs

    def _hash_password(self, password: str, attrs: dict[str, Any]) -> str:
        names = ("username", "email", "first_name", "last_name")
        candidate = User(
            **{name: attrs.get(name, getattr(self.instance, name, None)) for name in names}
        )
        try:
            validate_password(password, candidate)
        except InvalidPassword as error:
            raise ValidationError({"password": translate_faults(error)}) from None
        return hash_password(password)
