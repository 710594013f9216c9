"""What training may use: nothing of anyone who opted out, restricted or is leaving, in any order of these."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from bot.core import access_log, cases, consents, deletion, drafts, restriction, training
from bot.core.access_log import Why
from bot.core.cases import Right
from bot.core.consents import Purpose as Consented
from bot.core.errors import RestrictedError
from bot.core.keys import Purpose
from tests.core.office import Office

_OFFICE: list[Office] = []


@pytest.fixture(scope="module", autouse=True)
def _office() -> Any:
    _OFFICE.append(Office())
    yield
    _OFFICE.pop().close()


@pytest.fixture
def office() -> Office:
    return _OFFICE[-1]


class Interleavings(RuleBasedStateMachine):
    """Two people decide, in any order; the stream holds exactly who allows it."""

    def __init__(self) -> None:
        super().__init__()
        self.office = _OFFICE[-1]
        self.account = self.office.person(titles=("Sore knee", "Landlord"))
        self.other = self.office.person(titles=("Diary",))
        self.given, self.restricted, self.closing = True, False, False

    @rule()
    def opts_out(self) -> None:
        self.office.do(lambda tx: consents.withdraw(tx, self.account.id, Consented.TRAINING, locale="en"))
        self.given = False

    @rule()
    def opts_in(self) -> None:
        self.office.do(lambda tx: consents.give(tx, self.account.id, Consented.TRAINING, locale="en"))
        self.given = True

    @precondition(lambda self: not self.closing)
    @rule()
    def restricts(self) -> None:
        self.office.do(lambda tx: restriction.restrict(tx, tx.accounts.get(id=self.account.id)))
        self.restricted = True

    @precondition(lambda self: self.restricted)
    @rule()
    def lifts(self) -> None:
        self.office.do(lambda tx: restriction.lift(tx, tx.accounts.get(id=self.account.id)))
        self.restricted = False

    @precondition(lambda self: not self.closing)
    @rule()
    def deletes(self) -> None:
        self.office.do(lambda tx: deletion.begin(tx, tx.accounts.get(id=self.account.id)))
        self.closing = True

    @precondition(lambda self: self.closing)
    @rule()
    def takes_back(self) -> None:
        self.office.do(lambda tx: deletion.take_back(tx, self.account.id))
        self.closing = False

    @rule()
    def time_passes(self) -> None:
        self.office.later(minutes=1)

    @invariant()
    def only_who_allows_it_is_used(self) -> None:
        expected = 2 if self.given and not self.restricted and not self.closing else 0
        assert len(_eligible(self.office, self.account.id)) == expected
        assert len(_eligible(self.office, self.other.id)) == 1

    def teardown(self) -> None:
        self.office.do(lambda tx: (tx.conversations.remove(), tx.segments.remove()))


TestInterleavings = Interleavings.TestCase
TestInterleavings.settings = settings(
    max_examples=60, stateful_step_count=15, deadline=None, suppress_health_check=list(HealthCheck)
)


def test_the_stream_holds_conversations_and_nothing_typed_to_the_bot(office: Office) -> None:
    """Drafts and written requests never leave; neither does a name or a number of a person."""
    account = office.person(titles=("Sore knee",))
    office.do(lambda tx: drafts.put(tx, "key", account.id, state="x", data={"text": "typed to the bot"}))
    office.do(lambda tx: cases.open_case(tx, account, Right.QUESTION, text="typed to the bot"))
    taken: list[dict[str, Any]] = []
    assert training.stream(office.engine, taken.append) == len(taken) == 1
    assert taken[0]["messages"] == [{"role": "user", "text": "Sore knee asks"}]
    assert set(taken[0]) == {"id", "started_on", "messages"}
    office.do(lambda tx: (tx.conversations.remove(), tx.segments.remove()))


def test_who_was_used_sees_it_in_their_access_log(office: Office) -> None:
    """Written before the text leaves; not for anyone whose text did not."""
    used, spared = office.person(titles=("Sore knee",)), office.person(titles=("Diary",))
    office.do(lambda tx: consents.withdraw(tx, spared.id, Consented.TRAINING, locale="en"))
    training.stream(office.engine, lambda _conversation: None)
    entries, count = office.read(lambda tx: access_log.page(tx, used))
    assert count == 1
    assert entries[0].why is Why.TRAINING
    assert office.read(lambda tx: access_log.page(tx, spared))[1] == 0
    office.do(lambda tx: (tx.conversations.remove(), tx.segments.remove()))


@pytest.mark.parametrize("purpose", [Purpose.TRAINING, Purpose.SUPPORT, Purpose.PRODUCT])
def test_the_keychain_refuses_a_restricted_person_whatever_a_feature_forgot(office: Office, purpose: Purpose) -> None:
    """Art. 18: training, support and the product's import cannot open or seal; reading, export and erasure still can."""
    from bot.core import conversations

    account = office.person(titles=("Sore knee",))
    office.do(lambda tx: restriction.restrict(tx, account))
    with pytest.raises(RestrictedError):
        office.read(lambda tx: tx.conversations.select(subject=account.id), purpose)
    with pytest.raises(RestrictedError):
        office.do(lambda tx: conversations.add(tx, account.id, "New", []), purpose)
    for allowed in (Purpose.SUBJECT, Purpose.RIGHTS):
        assert office.read(lambda tx: tx.conversations.select(subject=account.id), allowed)[0].title == "Sore knee"
    assert office.do(lambda tx: conversations.clear_all(tx, account.id)) == 1


def _eligible(office: Office, subject: str) -> list[dict[str, Any]]:
    return office.read(lambda tx: list(training.eligible(tx, subject)), Purpose.TRAINING)
