"""The page that the link in the mail leads to; auth_core mounts it under account/."""

from django.urls import path

from auth_core.account_page import show_account

urlpatterns = [path("magic", show_account, name="account_magic")]
