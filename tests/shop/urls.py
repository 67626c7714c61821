"""Where each entity is served; the prefix is its plural on the wire."""

from entity_api import EntityRouter
from tests.shop import viewsets

router = EntityRouter()
router.register("customers", viewsets.CustomerViewSet)
router.register("addresses", viewsets.AddressViewSet)
router.register("orders", viewsets.OrderViewSet)
router.register("products", viewsets.ProductViewSet)

urlpatterns = router.urls
