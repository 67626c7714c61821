"""Saves, renames, shares and deletes filters of the admin's lists. Each leads back to the list."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.apps import apps
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.forms import ModelForm
from django.http import Http404, HttpRequest, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts.saved_filters import (
    LONGEST_QUERY,
    MOST_OWN,
    SavedFilter,
    clean_query,
    list_editable,
    list_own,
)

if TYPE_CHECKING:
    BaseForm = ModelForm[SavedFilter]
else:
    BaseForm = ModelForm


class NameForm(BaseForm):
    class Meta:
        model = SavedFilter
        fields: ClassVar = ("name", "is_shared")


class FilterForm(BaseForm):
    class Meta:
        model = SavedFilter
        fields: ClassVar = ("name", "is_shared", "query", "order")

    def clean_query(self) -> str:
        return clean_query(self.cleaned_data["query"])


@require_POST
def save_filter(request: HttpRequest, app_label: str, model_name: str) -> HttpResponseRedirect:
    """Save a list's filters. A name that the person has for the list already gets the new ones."""
    page = find_page(f"{app_label}.{model_name}")
    if page is None:
        raise Http404
    if not page.has_view_or_change_permission(request):
        raise PermissionDenied
    model: str = page.opts.label_lower
    form = FilterForm(request.POST)
    if not form.is_valid():
        return _refuse(request, model, form)
    name, own = form.cleaned_data["name"], list_own(request.user, model)
    if own.count() >= MOST_OWN and not own.filter(name=name).exists():
        messages.error(request, f"You have {MOST_OWN} saved filters here. Delete some first.")
        return _lead_back(request, model)
    SavedFilter.objects.update_or_create(
        owner_id=request.user.pk, model=model, name=name, defaults=form.cleaned_data
    )
    messages.success(request, f"Saved the filters as “{name}”.")
    return _lead_back(request, model)


@require_POST
def change_filter(request: HttpRequest, pk: int) -> HttpResponseRedirect:
    """Rename or share a saved filter, or delete it if the POST has `delete`."""
    row = get_object_or_404(list_editable(request.user), pk=pk)
    if "delete" in request.POST:
        row.delete()
        messages.success(request, f"Deleted the saved filter “{row}”.")
        return _lead_back(request, row.model)
    form = NameForm(request.POST, instance=row)
    if not form.is_valid():
        return _refuse(request, row.model, form)
    try:
        with transaction.atomic():
            form.save()
    except IntegrityError:
        messages.error(request, f"There is a saved filter “{row}” already.")
    else:
        messages.success(request, f"Changed the saved filter “{row}”.")
    return _lead_back(request, row.model)


def find_page(name: str) -> Any:
    """Return the admin of a model such as `shop.customer`, if it has one."""
    try:
        model = apps.get_model(name)
    except (LookupError, ValueError):
        return None
    return admin.site.get_model_admin(model) if admin.site.is_registered(model) else None


def _refuse(request: HttpRequest, model: str, form: Any) -> HttpResponseRedirect:
    for name, faults in form.errors.items():
        messages.error(request, f"{form[name].label}: {' '.join(faults)}")
    return _lead_back(request, model)


def _lead_back(request: HttpRequest, model: str) -> HttpResponseRedirect:
    """Lead to the list as it was; to the first page if the person may not open the list."""
    page = find_page(model)
    if page is None or not page.has_view_or_change_permission(request):
        return HttpResponseRedirect(reverse("admin:index"))
    address = reverse(f"admin:{page.opts.app_label}_{page.opts.model_name}_changelist")
    query = request.POST.get("back", "")[:LONGEST_QUERY]
    return HttpResponseRedirect(f"{address}?{query}" if query else address)
