"""Forms of the admin that keep the changes of others since the form was opened."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Model

from entity_api.admin.access import Access
from entity_api.admin.links import save_links
from entity_api.admin.rows import touch, watch
from entity_api.writing.ownership import NewOwner, choose_owner, find_owner_field

if TYPE_CHECKING:
    ModelForm = forms.ModelForm[Model]
else:
    ModelForm = object

# Longer values are cut in a message.
LONGEST_SHOWN = 100


class OpenedField(forms.BoundField):
    """A field that sends along, hidden, the value that the form was opened with."""

    form: Any

    def as_hidden(self, attrs: Any = None, **options: Any) -> Any:
        if not options.get("only_initial"):
            return super().as_hidden(attrs, **options)
        # Not the hidden value that was posted: the page shows the row as it is stored now.
        value = self.field.prepare_value(self.initial)
        shown: Any = {"id": self.html_initial_id, **(attrs or {})}
        return self.field.hidden_widget().render(
            self.html_initial_name, value, attrs=shown, renderer=self.form.renderer
        )

    def value(self) -> Any:
        if self.form.is_bound and self.name in self.form.clashes and not self.is_edited:
            return self.field.prepare_value(self.initial)
        return super().value()

    @property
    def opened(self) -> Any:
        """The value that the form was opened with, as the browser sent it."""
        return self.form._widget_data_value(  # noqa: SLF001 (as BoundField itself asks)
            self.field.hidden_widget(), self.html_initial_name
        )

    @property
    def is_edited(self) -> bool:
        return _list_texts(self.opened) != _list_texts(self.data)

    def differs(self, raw: Any) -> bool:
        """Whether the value from the browser differs from the row's value."""
        # White space is content, although the field would cut it. An unchanged value stays.
        same = isinstance(self.initial, str) and _list_texts(raw) == _list_texts(self.initial)
        return not same and bool(self.field.has_changed(self.initial, raw))


class OpenedForm(ModelForm):
    """Writes the fields that were changed in it, and is refused where others changed them too."""

    bound_field_class = OpenedField
    # The limits of the user at the form; `None` without limits.
    access: Access | None = None
    # The owner of a new row, if the form names no owner.
    owner: NewOwner | None = None

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._narrow_links()
        if self.instance._state.adding:  # noqa: SLF001 (Django's documented attribute)
            return
        watch(self.instance)
        for field in self.fields.values():
            field.show_hidden_initial = not (field.disabled or isinstance(field, forms.FileField))

    def _narrow_links(self) -> None:
        """Leave out of links to many those rows that the person may not link to."""
        for name, field in self.fields.items():
            if getattr(field, "is_limited", False) and self.initial.get(name):
                rows: Any = field.queryset  # type: ignore[attr-defined]
                linked = [getattr(row, "pk", row) for row in self.initial[name]]
                self.initial[name] = list(rows.filter(pk__in=linked))

    @cached_property
    def changed_data(self) -> list[str]:
        fields: Any = [self[name] for name in self.fields]
        return [field.name for field in fields if field.differs(field.data)]

    @cached_property
    def clashes(self) -> list[str]:
        """The fields that others have changed to other values since the form was opened."""
        fields: Any = [self[name] for name in self.fields if self.fields[name].show_hidden_initial]
        return [
            field.name
            for field in fields
            if field.differs(field.opened) and field.differs(field.data)
        ]

    def full_clean(self) -> None:
        super().full_clean()
        if self.is_bound and hasattr(self, "cleaned_data"):
            for name in self.clashes:
                self.add_error(name, self._describe_clash(name))

    def _describe_clash(self, name: str) -> ValidationError:
        field: Any = self[name]
        stored, sent = _show(field, field.initial), _show(field, field.data)
        facts = f"This was changed to “{stored}” after you opened the form, which has “{sent}”."
        if field.is_edited:
            text = f"{facts} Save again to store your value."
        else:
            text = f"{facts} The new value stands here now. Save again to keep it."
        return ValidationError(text, code="changed")

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        loaded = getattr(self.instance, "loaded", {})
        for name in self.fields.keys() & loaded.keys() - set(self.changed_data):
            # Cleaning may have altered it, for example by cutting white space.
            field: Any = self.instance._meta.get_field(name)
            setattr(self.instance, field.attname, loaded[name])

    def save(self, commit: bool = True) -> Any:  # noqa: FBT001, FBT002 (Django's own)
        if self.instance._state.adding:  # noqa: SLF001
            self._choose_owner()
        elif any(field.name in self.changed_data for field in self.instance._meta.many_to_many):
            touch(self.instance)
        return super().save(commit)

    def _choose_owner(self) -> None:
        field = find_owner_field(type(self.instance))
        if self.access is None or field is None or self.cleaned_data.get(field.name):
            return
        user = self.access.request.user
        is_named = field.name in self.fields
        self.owner = choose_owner(self.access.viewset, field, user, is_named=is_named)
        if self.owner and not field.many_to_many:
            setattr(self.instance, field.name, user)

    def _save_m2m(self) -> None:
        save_links(self, self.access)
        if self.owner:
            self.owner.add(self.instance)


def open_form(form: type[Any], access: Access | None) -> type[Any]:
    """Return a form class of the admin that keeps the changes of others."""
    if issubclass(form, OpenedForm):
        return form
    metaclass: Any = type(form)
    made: type[Any] = metaclass(form.__name__, (OpenedForm, form), {"access": access})
    return made


def _list_texts(value: Any) -> list[str]:
    values = value if isinstance(value, list | tuple) else [value]
    texts = ["" if each is None else str(each) for each in values]
    # Browsers send line breaks as CR LF.
    return sorted(text.replace("\r\n", "\n") for text in texts)


def _show(field: Any, value: Any) -> str:
    """Return a value of the field as text for a person; of a row, what the form calls it."""
    prepared = field.field.prepare_value(value)
    texts = _list_texts(prepared)
    if isinstance(field.field, forms.ModelChoiceField):
        texts = _name_rows(field.field, texts)
    return ", ".join(texts)[:LONGEST_SHOWN]


def _name_rows(field: Any, keys: list[str]) -> list[str]:
    try:
        rows = list(field.queryset.filter(pk__in=[key for key in keys if key]))
    except (ValueError, ValidationError):
        return []
    return sorted(field.label_from_instance(row) for row in rows)
