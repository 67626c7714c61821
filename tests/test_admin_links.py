"""Links in the admin: limited staff are offered, and can store, what the API would let them link."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.db.models import Model
from django.test import Client

from tests.admin_pages import address_of, read_form, read_opened
from tests.installed import linked  # noqa: F401 (a fixture)
from tests.policies import ALL, call_as, make_user
from tests.test_admin_deletions import READ_ONLY, allow

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("linked")]
Write = Callable[[str], Any]
OWN = "\n".join(
    f'{action} = ["admin", "own"]' for action in ("view", "search", "create", "update", "delete")
)
MANY = ("tags", "labels", "related", "prerequisites")
ONE = ("tag", "parent")
every_link = pytest.mark.parametrize("name", [*MANY, *ONE])
every_many = pytest.mark.parametrize("name", MANY)


@dataclass
class World:
    ada: Any
    client: Client
    post: Any
    mine: dict[str, Any]
    hidden: dict[str, Any]

    def form(self) -> dict[str, Any]:
        return read_page(self.client.get(address_of(type(self.post), "change", self.post.pk)))

    def save(self, **values: Any) -> Any:
        form = self.form() | values
        return self.client.post(address_of(type(self.post), "change", self.post.pk), form)

    def links(self) -> dict[str, set[Any]]:
        self.post.refresh_from_db()
        many = {name: set(getattr(self.post, name).values_list("name", flat=True)) for name in MANY}
        return many | {name: {str(getattr(self.post, name) or "")} for name in ONE}


def read_page(page: Any) -> dict[str, Any]:
    """What a browser sends for the page, its inlines included."""
    sent = read_form(page)
    for name in ("prerequisites", "initial-prerequisites"):
        keys = sent.get(name) or []
        sent[name] = [str(getattr(key, "pk", key)) for key in keys]
    sent["prerequisites"] = ",".join(sent["prerequisites"])
    for inline in page.context["inline_admin_formsets"]:
        formset = inline.formset
        initial = formset.management_form.initial
        sent |= {f"{formset.prefix}-{name}": value for name, value in initial.items()}
        for form in formset.initial_forms:
            sent |= read_opened(form)
            sent |= {form[name].html_name: form[name].value() for name in form.fields}
    return {name: value for name, value in sent.items() if value is not None}


@pytest.fixture
def world(policy: Write) -> World:
    """A post of ada's that is linked, in every way, to a row of hers and to one that is hidden."""
    from tests.linked.models import Note, Post, Tag

    policy(allow(Post=OWN, Tag=OWN, Note=OWN))
    ada, eve = make_user("ada", "user", is_staff=True), make_user("eve")
    owners = {"mine": ada, "hidden": eve}
    tags = {name: Tag.objects.create(name=f"{name}-tag", owner=owners[name]) for name in owners}
    posts = {name: Post.objects.create(name=f"{name}-post", owner=owners[name]) for name in owners}
    post = Post.objects.create(name="first", owner=ada, tag=tags["hidden"], parent=posts["hidden"])
    post.tags.set(tags.values())
    post.labels.set(tags.values())
    post.related.set(posts.values())
    post.prerequisites.set(posts.values())
    for name, owner in owners.items():
        Note.objects.create(name=f"{name}-note", owner=owner, post=post, about=tags["hidden"])
    client = Client()
    client.force_login(ada)
    rows = {
        name: dict.fromkeys(("tags", "labels", "tag"), tags[name])
        | dict.fromkeys(("related", "prerequisites", "parent"), posts[name])
        for name in owners
    }
    return World(ada, client, post, rows["mine"], rows["hidden"])


def assert_silent(text: str, world: World) -> None:
    assert "hidden-" not in text
    assert not [row for row in world.hidden.values() if str(row.pk) in text]


def test_no_page_reveals_hidden_rows(world: World) -> None:
    kind = type(world.post)
    pages = [
        address_of(kind, "add"),
        address_of(kind, "change", world.post.pk),
        address_of(kind, "changelist"),
        address_of(kind, "add") + "?_popup=1",
        address_of(kind, "change", world.post.pk) + "?_popup=1&_to_field=id",
        address_of(kind, "delete", world.post.pk),
    ]
    for page in pages:
        response = world.client.get(page)
        assert response.status_code == 200, page
        assert_silent(response.text, world)
    assert "mine-tag" in world.client.get(pages[1]).text
    assert "mine-note" in world.client.get(pages[1]).text


@every_link
def test_a_forged_link_to_a_hidden_row_is_refused(world: World, name: str) -> None:
    # A link that leads to a hidden row is not on the form at all.
    type(world.post).objects.filter(pk=world.post.pk).update(tag=None, parent=None)
    before = world.links()
    key = str(world.hidden[name].pk)
    forged: Any = [key] if name in ("tags", "labels", "related") else key
    for address in (
        address_of(type(world.post), "change", world.post.pk),
        address_of(type(world.post), "add"),
    ):
        form = world.form() | {"name": "other", name: forged}
        refused = world.client.post(address, form)
        assert refused.status_code == 200
        assert name in refused.context["adminform"].form.errors
        assert "hidden-" not in refused.text
    assert world.links() == before


@every_many
def test_saving_keeps_links_to_hidden_rows(world: World, name: str) -> None:
    assert world.save(name="renamed").status_code == 302
    assert {text.partition("-")[0] for text in world.links()[name]} == {"mine", "hidden"}
    emptied: Any = "" if name == "prerequisites" else []
    assert world.save(**{name: emptied}).status_code == 302
    assert {text.partition("-")[0] for text in world.links()[name]} == {"hidden"}


@every_many
def test_offered_rows_are_those_that_the_api_links(world: World, policy: Write, name: str) -> None:
    """Some are own, some only seen: to link many takes the right to change the other side."""
    policy(
        allow(
            Post=ALL.replace('update = "all"', 'update = "own"'), Tag=READ_ONLY + '\nupdate = "own"'
        )
    )
    api = call_as(world.ada)
    accepted = set()
    for row in type(world.mine[name]).objects.all():
        answer = api.post(
            f"/api/posts/{world.post.pk}/{name}", [{"id": str(row.pk)}], format="json"
        )
        accepted |= {row.pk} if answer.status_code == 201 else set()
    page = world.client.get(address_of(type(world.post), "change", world.post.pk))
    field = page.context["adminform"].form.fields[name]
    assert {row.pk for row in field.queryset} == accepted
    assert accepted


def test_a_pair_takes_no_right_to_change_its_other_row(world: World, policy: Write) -> None:
    policy(allow(Post=OWN, Tag=READ_ONLY, Note=OWN))
    assert world.save(tags=[str(world.hidden["tags"].pk)]).status_code == 302
    assert world.links()["tags"] == {"hidden-tag"}


def test_a_link_to_closed_rows_offers_and_changes_nothing(world: World, policy: Write) -> None:
    policy(allow(Post=OWN, Tag='update = "all"', Note=OWN))
    before = world.links()
    page = world.client.get(address_of(type(world.post), "change", world.post.pk))
    assert "mine-tag" not in page.text
    assert_silent(page.text, world)
    assert world.save(name="renamed", tags=[], labels=[]).status_code == 302
    assert world.links() == before


@every_many
def test_a_link_that_may_not_be_changed_is_only_shown(
    world: World, policy: Write, name: str
) -> None:
    policy(allow(Post=OWN + f'\nfields.update.{name} = ["admin"]', Tag=OWN, Note=OWN))
    before = world.links()
    page = world.client.get(address_of(type(world.post), "change", world.post.pk))
    assert name not in page.context["adminform"].form.fields
    assert_silent(page.text, world)
    assert world.save(name="renamed", **{name: []}).status_code == 302
    assert world.links() == before


@pytest.mark.parametrize("name", ["labels", "tag"])
def test_autocomplete_offers_what_may_be_linked(world: World, policy: Write, name: str) -> None:
    asked = f"/admin/autocomplete/?app_label=linked&model_name=post&field_name={name}"
    offered = world.client.get(asked).json()["results"]
    assert [row["text"] for row in offered] == ["mine-tag"]
    assert world.client.get(asked + "&term=hidden").json()["results"] == []
    policy(allow(Post=OWN, Tag=READ_ONLY))
    shown = world.client.get(asked).json()["results"]
    assert sorted(row["text"] for row in shown) == ["hidden-tag", "mine-tag"]


def test_a_raw_id_names_only_rows_that_may_be_seen(world: World) -> None:
    address = address_of(type(world.post), "add")
    hidden, mine = world.hidden["parent"], world.mine["parent"]
    assert "hidden-" not in world.client.get(f"{address}?parent={hidden.pk}").text
    assert "mine-post" in world.client.get(f"{address}?parent={mine.pk}").text
    assert world.client.get(f"{address}?parent=x").status_code == 200


@pytest.mark.parametrize(
    "query", ["tags__id__exact={tag}", "tag__id__exact={tag}", "parent__tag__id__exact={tag}",
              "tags__name=hidden-tag", "tags__isnull=0", "parent__tag__isnull=0"],
)  # fmt: skip
def test_no_filter_reveals_hidden_rows(world: World, query: str) -> None:
    address = address_of(type(world.post), "changelist")
    query = query.format(tag=world.hidden["tag"].pk)
    assert world.client.get(f"{address}?{query}").status_code in (302, 400)


def test_an_inline_shows_and_changes_only_rows_of_the_user(world: World) -> None:
    from tests.linked.models import Note

    form = world.form()
    assert form["notes-INITIAL_FORMS"] == 1
    assert world.save(**{"notes-0-name": "renamed"}).status_code == 302
    assert set(Note.objects.values_list("name", flat=True)) == {"renamed", "hidden-note"}


def forge_row(world: World) -> dict[str, Any]:
    from tests.linked.models import Note

    return {"notes-0-id": str(Note.objects.get(name="hidden-note").pk), "notes-0-name": "forged"}


def forge_link(world: World) -> dict[str, Any]:
    return {
        "notes-TOTAL_FORMS": "2",
        "notes-1-name": "new",
        "notes-1-about": str(world.hidden["tag"].pk),
    }


def forge_deletion(world: World) -> dict[str, Any]:
    return forge_row(world) | {"notes-0-DELETE": "on"}


def forge_tagging(world: World) -> dict[str, Any]:
    return {"Post_tags-TOTAL_FORMS": "2", "Post_tags-1-tag": str(world.hidden["tags"].pk)}


def forge_other_tagging(world: World) -> dict[str, Any]:
    through = type(world.post).tags.through
    hidden = through._default_manager.get(tag=world.hidden["tags"])
    return {"Post_tags-0-id": str(hidden.pk), "Post_tags-0-DELETE": "on"}


@pytest.mark.parametrize(
    "forge",
    [forge_row, forge_link, forge_deletion, forge_tagging, forge_other_tagging],
    ids=lambda forge: forge.__name__,
)
def test_a_forged_inline_changes_nothing(world: World, forge: Any) -> None:
    from tests.linked.models import Note

    before = world.links(), list(Note.objects.order_by("pk").values())
    response = world.save(name="other", **forge(world))
    assert "hidden-" not in response.text
    after = world.links(), list(Note.objects.order_by("pk").values())
    assert after == before


RULES = {
    "update": {"notes-0-name": "changed"},
    "delete": {"notes-0-DELETE": "on"},
    "create": {"notes-TOTAL_FORMS": "2", "notes-1-name": "new"},
}


@pytest.mark.parametrize("action", RULES)
def test_an_inline_does_what_its_own_entity_permits(
    world: World, policy: Write, action: str
) -> None:
    from tests.linked.models import Note

    form, before = world.form() | RULES[action], list(Note.objects.order_by("pk").values())
    closed = OWN.replace(f'{action} = ["admin", "own"]', f'{action} = ["admin"]')
    policy(allow(Post=OWN, Tag=OWN, Note=closed))
    world.client.post(address_of(type(world.post), "change", world.post.pk), form)
    assert list(Note.objects.order_by("pk").values()) == before
    policy(allow(Post=OWN, Tag=OWN, Note=OWN))
    world.client.post(address_of(type(world.post), "change", world.post.pk), form)
    assert list(Note.objects.order_by("pk").values()) != before


def test_an_inline_of_a_link_to_many_links_own_rows(world: World) -> None:
    other = type(world.mine["tags"]).objects.create(name="mine-other", owner=world.ada)
    new = {"Post_tags-TOTAL_FORMS": "2", "Post_tags-1-tag": str(other.pk)}
    assert world.save(**new).status_code == 302
    assert world.links()["tags"] == {"mine-tag", "mine-other", "hidden-tag"}


def test_a_new_row_of_an_inline_belongs_to_the_user(world: World) -> None:
    from tests.linked.models import Note

    assert world.save(**RULES["create"]).status_code == 302
    assert Note.objects.get(name="new").owner == world.ada


def test_a_field_of_an_inline_that_may_not_be_changed_is_only_shown(
    world: World, policy: Write
) -> None:
    from tests.linked.models import Note

    policy(allow(Post=OWN, Tag=OWN, Note=OWN + '\nfields.update.name = ["admin"]'))
    assert world.save(**{"notes-0-name": "forged"}).status_code == 302
    assert not Note.objects.filter(name="forged").exists()


def test_a_list_edits_only_rows_that_may_be_changed(world: World, policy: Write) -> None:
    policy(allow(Post=ALL.replace('update = "all"', 'update = "own"'), Tag=OWN, Note=OWN))
    address = address_of(type(world.post), "changelist")
    formset = world.client.get(address).context["cl"].formset
    sent = {f"form-{name}": value for name, value in formset.management_form.initial.items()}
    for form in formset.forms:
        sent |= read_opened(form) | {form["id"].html_name: str(form.instance.pk)}
        sent[form["name"].html_name] = f"{form.instance.name}!"
    before = list(type(world.post).objects.order_by("pk").values())
    assert world.client.post(address, sent | {"_save": "Save"}).status_code == 403
    assert list(type(world.post).objects.order_by("pk").values()) == before


def test_a_list_edits_no_field_that_may_not_be_changed(world: World, policy: Write) -> None:
    policy(allow(Post=OWN + '\nfields.update.name = ["admin"]', Tag=OWN, Note=OWN))
    formset = world.client.get(address_of(type(world.post), "changelist")).context["cl"].formset
    assert all("name" not in form.fields for form in formset.forms)


def test_rows_that_link_to_each_other_in_a_circle_are_shown(world: World) -> None:
    kind: type[Model] = type(world.post)
    kind._default_manager.filter(pk=world.post.pk).update(parent=world.post)
    page = world.client.get(address_of(kind, "change", world.post.pk))
    assert page.status_code == 200
    assert str(world.post.pk) in page.text


def test_a_popup_adds_a_row_of_the_user_for_a_link(world: World) -> None:
    kind = type(world.mine["tag"])
    answer = world.client.post(
        address_of(kind, "add") + "?_popup=1", {"name": "new", "_popup": "1"}
    )
    assert answer.status_code == 200
    made = kind.objects.get(name="new")
    assert made.owner == world.ada
    assert str(made.pk) in answer.text
    hidden = address_of(kind, "change", world.hidden["tag"].pk) + "?_popup=1"
    assert world.client.get(hidden).status_code == 302


def test_a_superuser_is_offered_all(world: World) -> None:
    root = Client()
    root.force_login(make_user("root", is_staff=True, is_superuser=True))
    page = root.get(address_of(type(world.post), "change", world.post.pk))
    fields = page.context["adminform"].form.fields
    assert all(fields[name].queryset.count() >= 2 for name in MANY)
    form = read_page(page) | {"related": []}
    assert root.post(address_of(type(world.post), "change", world.post.pk), form).status_code == 302
    assert world.links()["related"] == set()
