"""Sessions against a small model of what they promise, through whatever order of events Hypothesis
finds.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar

import pytest
from django.contrib.auth import get_user_model
from django.test import RequestFactory
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    rule,
    run_state_machine_as_test,
)
from rest_framework.request import Request

from auth_jwt.kinds import ACCESS
from auth_jwt.models import Session
from auth_jwt.refresh import refresh_session
from auth_jwt.revocation import revoke
from auth_jwt.sessions import begin_session, find_session
from auth_jwt.tokens import BadTokenError, Pair, issue_pair, read_token

GRACE, ACCESS_LIFE, IDLE_LIFE, WHOLE_LIFE = (
    timedelta(seconds=10),
    timedelta(hours=1),
    timedelta(days=7),
    timedelta(days=30),
)
SHORT = st.sampled_from([timedelta(seconds=seconds) for seconds in (0, 1, 5, 9, 10, 11)])
LONG = st.sampled_from(
    [timedelta(seconds=seconds) for seconds in (3599, 3600, 86_400, 500_000, 604_799, 604_800)]
)


@dataclass
class Model:
    """What a session promises, in as few words as possible."""

    began: datetime
    rotated: datetime
    password: int
    generation: int = 1
    ended: bool = False

    @property
    def expires(self) -> datetime:
        return min(self.rotated + IDLE_LIFE, self.began + WHOLE_LIFE)


@dataclass(frozen=True)
class Issued:
    """A pair as a client keeps it."""

    model: int
    generation: int
    at: datetime
    until: datetime
    pair: Pair


class Sessions(RuleBasedStateMachine):
    issued = Bundle("issued")
    walks: ClassVar[int] = 0

    @initialize(target=issued)
    def start(self) -> Issued:
        Session.objects.all().delete()
        get_user_model().objects.all().delete()
        self.user: Any = get_user_model().objects.create(username="ada", password="!0")
        self.request = Request(RequestFactory().post("/"))
        self.now = timezone.now().replace(microsecond=0)
        self.password, self.active = 0, True
        self.models: list[Model] = []
        self.rows: list[Session] = []
        self.pairs: dict[tuple[int, int], Pair] = {}
        self.recent: list[Issued] = []
        return self.log_in()

    def keep(self, index: int, session: Session) -> Issued:
        """Check that a generation has one pair, ever, and return it."""
        model = self.models[index]
        pair = issue_pair(session, self.now)
        tokens = pair["accessToken"], pair["refreshToken"]
        known = self.pairs.setdefault((index, model.generation), pair)
        assert tokens == (known["accessToken"], known["refreshToken"])
        issued = Issued(index, model.generation, model.rotated, model.expires, pair)
        if issued not in self.recent:
            self.recent.append(issued)
        return issued

    def lives(self, model: Model) -> bool:
        return (
            not model.ended
            and self.now < model.expires
            and self.active
            and model.password == self.password
        )

    @rule(target=issued)
    def log_in_again(self) -> Issued:
        return self.log_in()

    def log_in(self) -> Issued:
        self.user.refresh_from_db()
        self.models.append(Model(self.now, self.now, self.password))
        self.rows.append(begin_session(self.request, self.user, self.now))
        return self.keep(len(self.models) - 1, self.rows[-1])

    @rule(target=issued, back=st.integers(0, 2), pause=SHORT)
    def refresh_recent(self, back: int, pause: timedelta) -> Issued:
        self.now += pause
        return self.refresh(self.recent[-1 - min(back, len(self.recent) - 1)])

    @rule(held=issued, target=issued)
    def refresh_any(self, held: Issued) -> Issued:
        return self.refresh(held)

    def refresh(self, held: Issued) -> Issued:
        model = self.models[held.model]
        if not (self.lives(model) and self.now < held.until):
            return self.refuse(held)
        if held.generation == model.generation:
            model.generation, model.rotated = model.generation + 1, self.now
        elif held.generation != model.generation - 1 or self.now - model.rotated > GRACE:
            model.ended = True
            return self.refuse(held)
        session = refresh_session(self.request, str(held.pair["refreshToken"]), self.now)
        return self.keep(held.model, session)

    def refuse(self, held: Issued) -> Issued:
        with pytest.raises(BadTokenError):
            refresh_session(self.request, str(held.pair["refreshToken"]), self.now)
        return held

    @rule(held=issued)
    def use(self, held: Issued) -> None:
        model = self.models[held.model]
        good = self.lives(model) and self.now < min(held.at + ACCESS_LIFE, held.until)
        try:
            found = find_session(
                read_token(ACCESS, str(held.pair["accessToken"]), self.now), self.now
            )
        except BadTokenError:
            assert not good
        else:
            assert good
            assert found.pk == self.rows[held.model].pk

    @rule(held=issued)
    def log_out(self, held: Issued) -> None:
        self.models[held.model].ended = True
        revoke(Session.objects.filter(pk=self.rows[held.model].pk), self.user, self.now)

    @rule(pause=SHORT)
    def wait(self, pause: timedelta) -> None:
        self.now += pause

    def teardown(self) -> None:
        type(self).walks += 1

    # What ends everything is one rule, or little would live for long enough to be interesting.
    @rule(event=st.sampled_from(["everywhere", "password", "active"]) | LONG)
    def disturb(self, event: str | timedelta) -> None:
        match event:
            case timedelta():
                self.now += event
            case "everywhere":
                for model in self.models:
                    model.ended = True
                revoke(Session.objects.filter(user=self.user), self.user, self.now)
            case "password":
                self.password = 1 - self.password
                get_user_model().objects.update(password=f"!{self.password}")
            case "active":
                self.active = not self.active
                get_user_model().objects.update(is_active=self.active)


@pytest.mark.exhaustive
@pytest.mark.django_db
def test_sessions_keep_what_the_model_promises() -> None:
    few = settings(
        max_examples=100,
        stateful_step_count=40,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
    )
    run_state_machine_as_test(Sessions, settings=few)
    assert Sessions.walks >= few.max_examples
