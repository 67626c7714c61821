"""Django's admin for the sample domain. What a list shows of another table is joined: its queries are constant."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.apps import apps
from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import ReadOnlyPasswordHashField, ReadOnlyPasswordHashWidget, UserChangeForm
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.module_loading import import_string
from django.utils.safestring import SafeString

from entities.admin_access import CHANGE
from entities.admin_base import LimitedAdmin
from entities.admin_conflicts import ConflictNotice
from entities.models import Address, Customer, Order, Product, User
from entities.passwords import hash_ahead
from entities.roles import role_groups

if TYPE_CHECKING:
    BaseUserAdmin = DjangoUserAdmin[User]
    BaseUserForm = UserChangeForm[User]
else:
    BaseUserAdmin, BaseUserForm = DjangoUserAdmin, UserChangeForm

PROJECT = "Django auth service"
admin.site.site_header = PROJECT
admin.site.site_title = PROJECT
admin.site.index_title = "Administration"
admin.site.site_url = "/api"

KEPT_BY_US = ("id", "created_at", "updated_at")
# Every word and every searched column is a condition of its own, and SQLite refuses an expression
# of more than 1,000 of them: a whole text pasted into the search box would be a server error.
LONGEST_SEARCH = 200


class SearchLimit(LimitedAdmin):
    """Searches by the first 200 characters, without NUL, which PostgreSQL refuses."""

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        return super().get_search_results(request, queryset, search_term.replace("\0", "")[:LONGEST_SEARCH])


class EntityAdmin(SearchLimit):
    """What all entities share: newest first by the UUIDv7, and no counting of whole tables."""

    ordering = ("-id",)
    readonly_fields = KEPT_BY_US
    list_filter: ClassVar[Any] = ("created_at",)
    show_full_result_count = False
    list_per_page = 50


def link_to_list(children: type[Model], link: str, parent: Model, text: str) -> SafeString:
    """A link to the list of those `children` whose `link` is `parent`; unlike inlines it costs no query."""
    address = reverse(f"admin:{children._meta.app_label}_{children._meta.model_name}_changelist")
    return format_html('<a href="{}?{}__id__exact={}">{}</a>', address, link, parent.pk, text)


@admin.register(Address)
class AddressAdmin(EntityAdmin):
    list_display = ("__str__", "city", "state", "zip", "customers")
    search_fields = ("^id", "address_1", "address_2", "city", "state", "zip")

    @admin.display
    def customers(self, address: Address) -> SafeString:
        return link_to_list(Customer, "address", address, "customers")


@admin.register(Customer)
class CustomerAdmin(EntityAdmin):
    list_display = ("__str__", "email", "phone", "address", "orders")
    list_select_related = ("address",)
    list_filter = (("address", admin.EmptyFieldListFilter), *EntityAdmin.list_filter)
    search_fields = ("^id", "first_name", "last_name", "email", "phone")
    autocomplete_fields = ("address",)

    @admin.display
    def orders(self, customer: Customer) -> SafeString:
        return link_to_list(Order, "customer", customer, "orders")


@admin.register(Product)
class ProductAdmin(EntityAdmin):
    list_display = ("__str__", "description", "item_price", "orders", "created_at")
    search_fields = ("^id", "name", "description")

    @admin.display
    def orders(self, product: Product) -> SafeString:
        return link_to_list(Order, "product", product, "orders")


@admin.register(Order)
class OrderAdmin(EntityAdmin):
    list_display = ("created_at", "customer", "product", "quantity", "discount", "total_price")
    list_select_related = ("customer", "product")
    list_filter = (
        ("customer", admin.EmptyFieldListFilter),
        ("product", admin.EmptyFieldListFilter),
        *EntityAdmin.list_filter,
    )
    search_fields = ("^id", "customer__first_name", "customer__last_name", "customer__email", "product__name")
    autocomplete_fields = ("customer", "product")


class PasswordStatus(ReadOnlyPasswordHashWidget):
    """Says whether there is a password, and shows nothing of its hash."""

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
            # A group that is no role grants nothing. Who is in one sees it here, and can take the user out.
            roles.queryset = (roles.queryset | self.instance.groups.all()).distinct()


@admin.register(User)
class UserAdmin(ConflictNotice, SearchLimit, BaseUserAdmin):
    form = UserForm  # type: ignore[assignment]
    stands_for: ClassVar = {
        "role_names": "groups",
        **dict.fromkeys(("usable_password", "password1", "password2"), "password"),
    }
    list_display = ("username", "email", "first_name", "last_name", "role_names", "is_active")
    list_filter = ("groups", "is_active", "is_staff", "is_superuser", "created_at")
    search_fields = ("^id", "username", "email", "first_name", "last_name")
    readonly_fields = (*KEPT_BY_US, "last_login")
    filter_horizontal = ("groups",)
    show_full_result_count = False
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        ("Person", {"fields": ("first_name", "last_name", "email")}),
        ("Rights", {"fields": ("groups", "is_active", "is_staff", "is_superuser")}),
        ("Record", {"fields": (*KEPT_BY_US, "last_login")}),
    )
    add_fieldsets = (
        (None, {"classes": ("wide",), "fields": ("username", "usable_password", "password1", "password2")}),
        ("Rights", {"fields": ("groups",)}),
    )

    @property
    def actions(self) -> list[Any]:  # type: ignore[override]
        """What installed apps can do with users: paths of functions, in `user_actions` of an app's config."""
        paths = [path for app in apps.get_app_configs() for path in getattr(app, "user_actions", ())]
        return [import_string(path) for path in paths]

    @admin.display(description="roles")
    def role_names(self, user: User) -> str:
        return ", ".join(user.roles)

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return super().get_queryset(request).prefetch_related("groups")

    def add_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Hash the new password before Django's transaction begins."""
        is_sent = request.method == "POST" and self.has_add_permission(request)
        with hash_ahead(request.POST.get("password1") if is_sent else None):
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
            kwargs |= {"queryset": role_groups(), "label": "Roles", "help_text": "Each role is a Django group."}
        return super().formfield_for_manytomany(db_field, request, **kwargs)


admin.site.unregister(Group)


@admin.register(Group)
class GroupAdmin(ConflictNotice, DjangoGroupAdmin):
    """Groups, of which the roles are some. Says why the group of the last admins cannot go."""
