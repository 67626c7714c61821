"""Django's admin for accounts and for the groups that are their roles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.apps import apps
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import (
    AdminPasswordChangeForm,
    AdminUserCreationForm,
    ReadOnlyPasswordHashField,
    ReadOnlyPasswordHashWidget,
    UserChangeForm,
)
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest
from django.shortcuts import redirect
from django.utils.html import format_html_join
from django.utils.module_loading import import_string
from django.utils.safestring import SafeString

from accounts.models import User
from accounts.passwords import hash_ahead
from accounts.roles import list_role_groups
from api_http.admin_lists import BoundedList
from api_http.admin_panels import PanelledForm, show_panels
from entity_api.admin.access import CHANGE
from entity_api.admin.base import LimitedAdmin
from entity_api.admin.conflicts import ConflictNotice
from entity_api.admin.entity import KEPT_BY_US

if TYPE_CHECKING:
    BaseUserAdmin = DjangoUserAdmin[User]
    BaseUserForm = UserChangeForm[User]
    BaseNewUserForm = AdminUserCreationForm[User]
    BasePasswordForm = AdminPasswordChangeForm[User]
    BaseGroupAdmin = admin.ModelAdmin[Group]
else:
    BaseUserAdmin, BaseUserForm = DjangoUserAdmin, UserChangeForm
    BaseNewUserForm, BasePasswordForm = AdminUserCreationForm, AdminPasswordChangeForm
    BaseGroupAdmin = admin.ModelAdmin


class PasswordStatus(ReadOnlyPasswordHashWidget):
    """Shows whether a password is set, and nothing of its hash."""

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        # Django names the parts of a hash with their values, and a fault without one.
        if any("value" in part for part in context["summary"]):
            context["summary"] = [{"label": "A password is set."}]
        return context


class UserForm(BaseUserForm):
    password = ReadOnlyPasswordHashField(label="Password", widget=PasswordStatus)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        roles: Any = self.fields.get("groups")
        if roles:
            # A group that is no role grants nothing. Who is in one sees it here, and can take the
            # user out.
            roles.queryset = (roles.queryset | self.instance.groups.all()).distinct()


class NewUserForm(BaseNewUserForm):
    """Names the choice between a password and none in words that are true of this service."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        name_choice(self)


class NewPasswordForm(BasePasswordForm):
    """Sets a password, or takes it away, which ends the sessions of the old password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        name_choice(self)


def name_choice(form: Any) -> None:
    # Django's words promise other backends, which may not be there.
    if choice := form.fields.get("usable_password"):
        choice.label = "Login with a password"
        choice.help_text = "A user without a password cannot log in by name and password."


@admin.register(User)
class UserAdmin(ConflictNotice, PanelledForm, BoundedList, LimitedAdmin, BaseUserAdmin):
    form = UserForm  # type: ignore[assignment]
    add_form = NewUserForm
    change_password_form = NewPasswordForm
    stands_for: ClassVar = {
        "role_names": "groups",
        **dict.fromkeys(("usable_password", "password1", "password2"), "password"),
    }
    list_display = ("username", "email", "first_name", "last_name", "role_names", "is_active")
    list_filter = ("groups", "is_active", "is_staff", "is_superuser", "created_at")
    search_fields = ("^id", "username", "email", "first_name", "last_name")
    readonly_fields = (*KEPT_BY_US, "last_login")
    filter_horizontal = ("groups",)
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        ("Person", {"fields": ("first_name", "last_name", "email")}),
        ("Rights", {"fields": ("groups", "is_active", "is_staff", "is_superuser")}),
        ("Record", {"fields": (*KEPT_BY_US, "last_login")}),
    )
    add_fieldsets = (
        (
            None,
            {
                "classes": ("wide",),
                "fields": ("username", "usable_password", "password1", "password2"),
            },
        ),
        ("Rights", {"fields": ("groups",)}),
    )

    @property
    def actions(self) -> list[Any]:  # type: ignore[override]
        """The actions on users that apps name by their path in `user_actions` of their config."""
        paths = [
            path for app in apps.get_app_configs() for path in getattr(app, "user_actions", ())
        ]
        return [import_string(path) for path in paths]

    def show_row_panels(self, request: HttpRequest, row: User) -> SafeString:
        return show_panels("user_panels", request, row)

    @admin.display(description="roles")
    def role_names(self, user: User) -> str:
        return ", ".join(user.roles)

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return super().get_queryset(request).prefetch_related("groups")

    def add_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Hash the new password before Django's transaction begins."""
        is_sent = request.method == "POST" and self.has_add_permission(request)
        password = request.POST.get("password1") if is_sent else None
        with hash_ahead(password):
            return super().add_view(request, *args, **kwargs)

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> Any:  # noqa: A002 (Django's own)
        if id == str(request.user.pk):
            # Its form asks for the current password.
            return redirect("admin:password_change")
        access = self._access(request)
        if access and "password" not in access.columns(CHANGE):
            raise PermissionDenied
        return super().user_change_password(request, id, form_url)

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "groups":
            kwargs |= {
                "queryset": list_role_groups(),
                "label": "Roles",
                "help_text": "Each role is a Django group.",
            }
        return super().formfield_for_manytomany(db_field, request, **kwargs)


admin.site.unregister(Group)


@admin.register(Group)
class GroupAdmin(BaseGroupAdmin):
    """Shows groups, which are the roles, and what each may do. The policy's file makes them."""

    search_fields = ("name",)
    ordering = ("name",)
    fields = ("name", "rights")
    readonly_fields = fields

    @admin.display(description="rights")
    def rights(self, group: Group) -> str:
        paths = (getattr(app, "role_table", None) for app in apps.get_app_configs())
        tables: list[str] = [import_string(path)(group.name) for path in paths if path]
        return format_html_join("", "{}", ((table,) for table in tables)) or "-"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        return False
