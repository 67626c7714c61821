"""Pairs of a many-to-many link: who makes and takes them, asked on each surface.

A pair takes `update` of the parent, of the row and of the field, and `view` of the linked row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

from django.apps import apps
from django.test import Client

from tests.admin_pages import address_of
from tests.graph import ask
from tests.policies import ALL, READ, call_as, make_user, write_policy
from tests.policy_proof.world import undone
from tests.test_admin_links import read_page

REACHES = ("none", "own", "all")
UPDATE = """mutation ($key: String!, $data: PostUpdateInput!) {
  updatePost(where: {id: $key}, data: $data) { id }
}"""


@dataclass(frozen=True)
class Rules:
    """How far the caller reaches: to update posts and tags, to view tags, and to write the link."""

    update: str
    view: str
    update_tag: str
    is_field_open: bool

    def write(self) -> str:
        post = f'{READ}\ncreate = "all"\n{_allow("update", self.update)}'
        if not self.is_field_open:
            post += '\nfields.update.tags = ["admin"]'
        tag = f"{_allow('view', self.view)}\n{_allow('update', self.update_tag)}"
        parts = (f"[Post]\n{post}", f"[Tag]\n{tag}", f"[Note]\n{ALL}")
        return write_policy(ALL) + "\n".join(parts)

    def allow(self, post: str, tag: str) -> bool:
        """Return whether the caller may pair the post and the tag, each `own` or `other`."""
        reaches = {"none": (), "own": ("own",), "all": ("own", "other")}
        return self.is_field_open and post in reaches[self.update] and tag in reaches[self.view]


def _allow(action: str, reach: str) -> str:
    return "" if reach == "none" else f'{action} = "{reach}"'


EVERY_RULE = [Rules(*each) for each in product(REACHES, REACHES, ("none", "all"), (True, False))]


class Pairs:
    """Posts and tags of the caller and of another user. Each post has a tag of each of them."""

    def __init__(self) -> None:
        self.user = make_user("ada", "user", is_staff=True)
        owners = {"own": self.user, "other": make_user("eve", "user")}
        self.posts = self._make("Post", owners)
        self.linked = self._make("Tag", owners)
        self.free = self._make("Tag", owners)
        for post in self.posts.values():
            post.tags.set(self.linked.values())
        # Each client of its own would load the middleware and log in anew.
        self.api, self.staff = call_as(self.user), Client()
        self.staff.force_login(self.user)
        self._forms: dict[Any, dict[str, Any] | None] = {}

    def _make(self, model: str, owners: dict[str, Any]) -> dict[str, Any]:
        rows: Any = apps.get_model("linked", model).objects
        return {whose: rows.create(name=whose, owner=owner) for whose, owner in owners.items()}

    def ask(self, surface: str) -> Iterator[tuple[str, str, str, bool]]:
        """Yield each verb, whose the post and the tag are, and whether the pair was written."""
        for verb, post, tag in product(("connect", "disconnect"), self.posts, self.linked):
            row = (self.free if verb == "connect" else self.linked)[tag]
            with undone():
                before = self._read(post)
                # A notice that a write left for the next page.
                self.staff.cookies.pop("messages", None)
                SURFACES[surface](self, self.posts[post], row, verb)
                after = self._read(post)
            changed = {row.pk} if after != before else set()
            assert before ^ after == changed, (surface, verb, post, tag)
            yield verb, post, tag, bool(changed)

    def open_form(self, address: str) -> dict[str, Any] | None:
        """Return what the form of a post sends, or nothing where it does not ask for tags.

        Each answer is undone, so the page is the same each time.
        """
        if address not in self._forms:
            page = self.staff.get(address)
            form = page.context["adminform"].form if page.status_code == 200 else None
            is_open = form is not None and "tags" in form.fields
            self._forms[address] = read_page(page) if is_open else None
        return self._forms[address]

    def _read(self, post: str) -> set[Any]:
        return set(self.posts[post].tags.values_list("pk", flat=True))


def _link(row: Any) -> list[dict[str, str]]:
    return [{"id": str(row.pk)}]


def ask_route(pairs: Pairs, post: Any, row: Any, verb: str) -> None:
    method = {"connect": pairs.api.post, "disconnect": pairs.api.delete}[verb]
    method(f"/api/posts/{post.pk}/tags", _link(row))


def ask_nested(pairs: Pairs, post: Any, row: Any, verb: str) -> None:
    pairs.api.patch(f"/api/posts/{post.pk}", {"tags": {verb: _link(row)}})


def ask_bulk(pairs: Pairs, post: Any, row: Any, verb: str) -> None:
    pairs.api.patch("/api/posts/bulk", [{"id": str(post.pk), "tags": {verb: _link(row)}}])


def ask_graphql(pairs: Pairs, post: Any, row: Any, verb: str) -> None:
    ask(pairs.api, UPDATE, key=str(post.pk), data={"tags": {verb: _link(row)}})


def ask_admin(pairs: Pairs, post: Any, row: Any, verb: str) -> None:
    address = address_of(type(post), "change", post.pk)
    sent = pairs.open_form(address)
    if sent is None:
        return
    keys = {str(getattr(each, "pk", each)) for each in sent.get("tags") or []}
    keys = keys | {str(row.pk)} if verb == "connect" else keys - {str(row.pk)}
    pairs.staff.post(address, sent | {"tags": sorted(keys)})


Ask = Callable[[Pairs, Any, Any, str], None]
SURFACES: dict[str, Ask] = {
    "route": ask_route,
    "nested": ask_nested,
    "bulk": ask_bulk,
    "graphql": ask_graphql,
    "admin": ask_admin,
}
