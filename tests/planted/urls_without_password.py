"""The service without its routes for password."""

from django.http import HttpRequest, HttpResponse
from django.urls import path

from tests.urls import urlpatterns as whole


def answer_nothing(request: HttpRequest) -> HttpResponse:
    return HttpResponse(status=404)


urlpatterns = [path("api/me/password", answer_nothing), *whole]
