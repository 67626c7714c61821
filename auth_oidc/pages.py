"""The pages of logins by an issuer; auth_core mounts them under account/."""

from django.urls import path

from auth_oidc.page_views import begin_login, finish_login
from auth_oidc.second_step import show_second_step

urlpatterns = [
    path("oidc/second-step", show_second_step, name="oidc_second_step"),
    path("oidc/<slug:name>/login", begin_login, name="oidc_login"),
    path("oidc/<slug:name>/callback", finish_login, name="oidc_callback"),
]
