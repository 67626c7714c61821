"""The linked entities beside those of the service, with an admin that uses every widget for links."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.auth.models import Group
from django.urls import include, path

from accounts.admin import UserAdmin
from accounts.models import User
from auth_jwt.admin import SessionAdmin
from auth_jwt.models import Session
from entity_api.admin.entity import EntityAdmin
from entity_api.description.serializer import EntitySerializer
from entity_api.rest.router import EntityRouter
from entity_api.rest.viewset import EntityViewSet
from tests import urls
from tests.linked.models import Note, Post, Tag
from tests.shop.admin import AddressAdmin, CustomerAdmin
from tests.shop.models import Address, Customer
from tests.tabled_provider.models import Key

if TYPE_CHECKING:
    Notes = admin.TabularInline[Note, Post]
    Taggings = admin.StackedInline[Any, Post]
    Keys = admin.ModelAdmin[Key]
else:
    Notes, Taggings, Keys = admin.TabularInline, admin.StackedInline, admin.ModelAdmin


class TagSerializer(EntitySerializer):
    class Meta:
        model = Tag
        fields = ("name", "posts")


class PostSerializer(EntitySerializer):
    class Meta:
        model = Post
        fields = ("name", "text", "tag", "parent", "tags", "labels", "related", "prerequisites")


class NoteSerializer(EntitySerializer):
    class Meta:
        model = Note
        fields = ("name", "post", "about")


class TagViewSet(EntityViewSet):
    queryset = Tag.objects.all()
    serializer_class = TagSerializer


class PostViewSet(EntityViewSet):
    queryset = Post.objects.all()
    serializer_class = PostSerializer


class NoteViewSet(EntityViewSet):
    queryset = Note.objects.all()
    serializer_class = NoteSerializer


class TagAdmin(EntityAdmin):
    search_fields = ("name",)


class NoteInline(Notes):
    model = Note


class TaggingInline(Taggings):
    model = Post.tags.through


class PostAdmin(EntityAdmin):
    list_display = ("id", "name", "text")
    list_editable = ("name",)
    list_filter = ("tags", "tag", "parent__tag")
    search_fields = ("name",)
    fields = ("name", "text", "tag", "parent", "tags", "labels", "related", "prerequisites")
    autocomplete_fields = ("tag", "labels")
    raw_id_fields = ("parent", "prerequisites")
    filter_horizontal = ("related",)
    inlines = (NoteInline, TaggingInline)


class KeyAdmin(Keys):
    """Nobody may delete a key by itself."""

    def has_delete_permission(self, request: Any, obj: Any = None) -> bool:
        return False


site = admin.AdminSite()
site.register(User, UserAdmin)
site.register(Address, AddressAdmin)
site.register(Customer, CustomerAdmin)
site.register(Tag, TagAdmin)
site.register(Post, PostAdmin)
site.register(Note, EntityAdmin)
site.register(Session, SessionAdmin)
site.register(Key, KeyAdmin)
site.register(Group)

router = EntityRouter()
router.register("tags", TagViewSet)
router.register("posts", PostViewSet)
router.register("notes", NoteViewSet)

urlpatterns = [
    path("admin/", site.urls),
    path("api/", include(router.urls)),
    *urls.urlpatterns,
]
