"""Where accounts are served."""

from accounts.viewsets import UserViewSet
from entity_api import EntityRouter

router = EntityRouter()
router.register("users", UserViewSet)

urlpatterns = router.urls
