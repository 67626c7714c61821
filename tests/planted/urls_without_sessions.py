"""The service without its routes for sessions."""

from django.http import HttpRequest, HttpResponse
from django.urls import path

from tests.urls import urlpatterns as whole


def answer_nothing(request: HttpRequest) -> HttpResponse:
    return HttpResponse(status=404)


urlpatterns = [path("api/sessions", answer_nothing), *whole]
