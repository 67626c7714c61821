import no_such_module  # type: ignore[import-not-found]

urlpatterns = no_such_module.urlpatterns
