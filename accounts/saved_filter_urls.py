from django.contrib import admin
from django.urls import path

from accounts.saved_filter_views import change_filter, save_filter

urlpatterns = [
    path(
        "<str:app_label>/<str:model_name>/",
        admin.site.admin_view(save_filter),
        name="saved_filter_add",
    ),
    path("<int:pk>/", admin.site.admin_view(change_filter), name="saved_filter_change"),
]
