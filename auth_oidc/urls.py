"""The routes of logins by an issuer; auth_core mounts them under api/."""

from django.urls import path

from auth_oidc.views import CodeView, IdentityListView, IdentityView, LinkView

urlpatterns = [
    path("oidc/token", CodeView.as_view(), name="oidc_token"),
    path("oidc/link", LinkView.as_view(), name="oidc_link"),
    path("oidc/identities", IdentityListView.as_view(), name="oidc_identities"),
    path("oidc/identities/<str:id>", IdentityView.as_view(), name="oidc_identity"),
]
