"""The base of the pages: a form without script, which shows the answers of the use cases."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil
from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views import View
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.request import Request

from api_http.exceptions import Unavailable
from auth_core.account_page import protect
from auth_core.mail.messages import find_language
from auth_core.serializers import StrictSerializer, read_secrets

TEMPLATE = "auth_accounts/page.html"


@dataclass(frozen=True)
class Input:
    """An input of a form. Its name is that of the field of the serializer."""

    name: str
    label: Any
    kind: str = "text"
    autocomplete: str = "off"
    hint: Any = ""
    required: bool = True
    is_spare: bool = False
    """Whether the input is shown only once an answer is about it."""


# The forms act by a token in them, and by no cookie, so there is nothing that another site could
# use. With Referrer-Policy: no-referrer browsers send `Origin: null`, which Django would refuse.
@method_decorator(csrf_exempt, "dispatch")
@method_decorator(sensitive_post_parameters(), "dispatch")
class AccountPage(View, ABC):
    """A page with a form. GET shows it and changes nothing; POST acts."""

    title: ClassVar[Any]
    text: ClassVar[Any] = ""
    button: ClassVar[Any]
    done: ClassVar[Any]
    inputs: ClassVar[tuple[Input, ...]] = ()
    # Hidden inputs, from the address of the link.
    hidden: ClassVar[tuple[str, ...]] = ("token",)
    serializer: ClassVar[type[StrictSerializer]]

    @abstractmethod
    def act(self, request: Request, given: dict[str, Any]) -> None:
        """Call the use case. Raises DRF's exceptions."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.show(request, request.GET)

    def post(self, request: HttpRequest) -> HttpResponse:
        names = (*self.hidden, *(each.name for each in self.inputs))
        # A form sends an empty text for an input that was left out.
        given = {name: request.POST[name] for name in names if request.POST.get(name)}
        shown = {name: given[name] for name in given if "assword" not in name}
        try:
            with read_secrets(self.serializer, given) as checked:
                self.act(Request(request), dict(checked))
        except Unavailable:
            raise
        except APIException as refusal:
            return self.refuse(request, shown, refusal)
        return self.show(request, {}, done=self.done)

    def refuse(
        self, request: HttpRequest, given: Mapping[str, Any], refusal: APIException
    ) -> HttpResponse:
        detail: Any = getattr(refusal, "faults", None) or refusal.detail
        faults = detail if isinstance(detail, dict) else {"": [detail]}
        shown = {each.name for each in self.inputs}
        # Of a fault without an input on the page, such as the token's.
        general = [text for name, texts in faults.items() if name not in shown for text in texts]
        # A wrong input is 200 with Django's forms; here it is what the API answers.
        status = 400 if isinstance(refusal, ValidationError) else refusal.status_code
        answer = self.show(request, given, faults=faults, general=general, status=status)
        if wait := getattr(refusal, "wait", None):
            answer.headers["Retry-After"] = str(ceil(wait))
        return answer

    def show(
        self, request: HttpRequest, given: Mapping[str, Any], *, status: int = 200, **facts: Any
    ) -> HttpResponse:
        language = find_language(request)
        faults = facts.get("faults", {})
        rows = [
            {"input": each, "value": given.get(each.name, ""), "faults": faults.get(each.name, ())}
            for each in self.inputs
            if not each.is_spare or each.name in faults or each.name in given
        ]
        for row in rows:
            if row["input"].kind == "password":
                row["value"] = ""
        hidden = {name: given[name] for name in self.hidden if name in given}
        with translation.override(language):
            context = {"page": self, "rows": rows, "hidden": hidden, "language": language, **facts}
            answer = render(request, TEMPLATE, context, status=status)
        return protect(answer)


NEW_PASSWORD_HINT = _("At least 15 characters. A few words that do not belong together are good.")
EMAIL = Input("email", _("E-mail address"), "email", "email")
