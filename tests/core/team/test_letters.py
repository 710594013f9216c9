"""Letters by their laws: what reaches a person was sent by the tap of a member, once, and is gone when its time is over."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core import cases, delivery, retention, staff
from bot.core.accounts import Account
from bot.core.cases import Case, Right, Step
from bot.core.errors import (
    AttachmentTooLargeError,
    AttachmentTypeError,
    CaseClosedError,
    ConfirmationError,
    ConfirmationExpiredError,
    LetterTooLongError,
    PrivacyError,
    UnreachableError,
)
from bot.core.keys import Purpose
from bot.core.ports import Tx
from bot.core.staff import Member, Role
from bot.core.support import attachments, groups, letters, linking, receiving, writing
from tests.core.office import Office
from tests.stage import FILES

GROUP = -1001


@pytest.fixture
def office() -> Iterator[Office]:
    opened = Office()
    yield opened
    opened.close()


def member(office: Office, telegram_id: int = 9001) -> Member:
    """An agent, in a linked group."""

    def make(tx: Tx) -> Member:
        staff.ensure_owner(tx, 9000)
        if groups.find(tx) is None:
            linking.link(tx, GROUP, topics=True, locale="en", actor="test")
        return staff.grant(tx, staff.find(tx, 9000), telegram_id, Role.AGENT)

    return office.do(make)


def question(office: Office, account: Account) -> Case:
    return office.do(lambda tx: cases.open_case(tx, account, Right.QUESTION))


def tokens(office: Office) -> list[str]:
    """The tokens of the previews that are on their way, oldest first."""
    rows = office.read(lambda tx: tx.outbox.select(kind="room"), Purpose.DELIVERY)
    said = [row.payload["data"] for row in rows if row.payload and row.payload["act"] == "say"]
    return [data["token"] for data in said if "token" in data]


def told(office: Office, account: Account) -> list[str]:
    """The letters on their way to a person."""
    rows = office.read(lambda tx: tx.outbox.select(kind="notice", subject=account.id), Purpose.DELIVERY)
    found = [row.payload["data"]["letter"] for row in rows if row.payload and row.payload["data"].get("letter")]
    return office.read(lambda tx: [tx.letters.get(id=name).text or "" for name in found], Purpose.DELIVERY)


def lane(office: Office) -> str:
    return office.read(lambda tx: delivery.lane_of(tx, GROUP))


STEPS = st.lists(
    st.tuples(st.sampled_from(["write", "retype", "send", "send an old one", "forge", "drop", "begin", "fill"]), st.integers(0, 5)),
    max_size=14,
)


@given(STEPS)
@settings(max_examples=25, deadline=None)
def test_nothing_reaches_a_person_that_no_member_sent(steps: list[tuple[str, int]]) -> None:
    """Whatever the team types, changes, drops and taps: the person has exactly the texts whose newest preview was tapped, each once."""
    office = Office()
    try:
        by, account = member(office), office.person()
        case, chat = question(office, account), lane(office)
        sent: list[str] = []
        for typed, (deed, pick) in enumerate(steps, 1):
            drafts = office.read(lambda tx: tx.letters.select(way="draft", order_by="at"), Purpose.DELIVERY)
            draft = drafts[pick % len(drafts)] if drafts else None
            known = tokens(office)
            match deed:
                case "write":
                    office.do(lambda tx, n=typed: writing.write(tx, by, case.id, f"words {n}", source=n))
                case "begin":
                    office.do(lambda tx: writing.begin(tx, by, case.id))
                case "fill" if draft is not None and draft.text is None:
                    office.do(lambda tx, n=typed, d=draft: writing.fill(tx, by, d, f"words {n}", n))
                case "retype" if draft is not None and draft.source_message is not None:
                    office.do(lambda tx, n=typed, d=draft: writing.retype(tx, by, d.source_message or 0, f"words {n}"))
                case "drop" if draft is not None:
                    office.do(lambda tx, d=draft: writing.discard(tx, d.id))
                case "send" | "send an old one" if known:
                    token = known[-1] if deed == "send" else known[pick % len(known)]
                    with contextlib.suppress(ConfirmationError):
                        sent.append(office.do(lambda tx, t=token: writing.send(tx, by, t, chat=chat)).text or "")
                case "forge":
                    with pytest.raises(ConfirmationError):
                        office.do(lambda tx, n=typed: writing.send(tx, by, f"{n:022d}", chat=chat))
            assert told(office, account) == sent
            assert len(sent) == len(set(sent))
    finally:
        office.close()


def test_a_preview_is_good_for_one_tap_in_its_chat(office: Office) -> None:
    """A new preview of the same draft ends the one before; after the tap there is nothing left to send."""
    by, account = member(office), office.person()
    case, chat = question(office, account), lane(office)
    office.do(lambda tx: writing.write(tx, by, case.id, "first", source=1))
    office.do(lambda tx: writing.retype(tx, by, 1, "second"))
    old, new = tokens(office)
    for token, where in ((old, chat), (new, "elsewhere")):
        with pytest.raises(ConfirmationError):
            office.do(lambda tx, t=token, w=where: writing.send(tx, by, t, chat=w))
    assert office.do(lambda tx: writing.send(tx, by, new, chat=chat)).text == "second"
    with pytest.raises(ConfirmationError):
        office.do(lambda tx: writing.send(tx, by, new, chat=chat))
    assert told(office, account) == ["second"]


def test_what_would_be_read_in_another_language_is_previewed_again(office: Office) -> None:
    """The person chose another language after the preview: the tap sends nothing."""
    by, account = member(office), office.person()
    case, chat = question(office, account), lane(office)
    office.do(lambda tx: writing.write(tx, by, case.id, "words", source=1))
    office.do(lambda tx: tx.accounts.update({"id": account.id}, locale="de"))
    [token] = tokens(office)
    with pytest.raises(ConfirmationExpiredError):
        office.do(lambda tx: writing.send(tx, by, token, chat=chat))
    assert told(office, account) == []


def test_whom_no_message_reaches_is_not_sent_a_letter(office: Office) -> None:
    """Nothing is changed: the draft stays a draft, and its button works once the person is there."""
    by, account = member(office), office.person(linked=False)
    case, chat = question(office, account), lane(office)
    office.do(lambda tx: writing.write(tx, by, case.id, "words", source=1))
    [token] = tokens(office)
    with pytest.raises(UnreachableError):
        office.do(lambda tx: writing.send(tx, by, token, chat=chat))
    assert office.read(lambda tx: tx.letters.get().way) == "draft"


def test_a_closed_case_takes_nothing(office: Office) -> None:
    """From either side; a letter that is too long is refused as well."""
    by, account = member(office), office.person()
    case = question(office, account)
    with pytest.raises(LetterTooLongError):
        office.do(lambda tx: receiving.receive(tx, case, "x" * 1801))
    with pytest.raises(LetterTooLongError):
        office.do(lambda tx: writing.write(tx, by, case.id, "x" * 1801))
    office.do(lambda tx: cases.move(tx, case, Step.FINISH))
    closed = office.read(lambda tx: tx.cases.get(id=case.id))
    for deed in (
        lambda tx: receiving.receive(tx, closed, "words"),
        lambda tx: writing.write(tx, by, case.id, "words"),
        lambda tx: writing.begin(tx, by, case.id),
    ):
        with pytest.raises(CaseClosedError):
            office.do(deed)
    assert office.read(lambda tx: tx.letters.count()) == 0


def test_only_an_own_unsent_file_is_attached_and_once(office: Office) -> None:
    """A file of somebody else, or of another letter, is not."""
    alice, bob = office.person(), office.person()
    first, second = question(office, alice), question(office, bob)
    kept = office.do(lambda tx: attachments.keep(tx, alice.id, FILES["jpg"]))
    with pytest.raises(PrivacyError):
        office.do(lambda tx: receiving.receive(tx, second, "mine?", attachment=kept.id))
    office.do(lambda tx: receiving.receive(tx, first, "mine", attachment=kept.id))
    with pytest.raises(PrivacyError):
        office.do(lambda tx: receiving.receive(tx, first, "again", attachment=kept.id))
    found = office.read(lambda tx: tx.attachments.get(), Purpose.DELIVERY)
    assert (found.ref, found.content, found.media_type) == (first.id, FILES["jpg"], "image/jpeg")


@pytest.mark.parametrize("content", [FILES["exe"], b"GIF89a" + bytes(20), b"PK\x03\x04 a zip", b"words \x00 and more", b"\xff\xfe\x00"])
def test_a_file_is_known_by_its_bytes(office: Office, content: bytes) -> None:
    """What is allowed stands in the policy file; too large is too large whatever it is."""
    account = office.person()
    with pytest.raises(AttachmentTypeError):
        office.do(lambda tx: attachments.keep(tx, account.id, content))
    with pytest.raises(AttachmentTooLargeError):
        office.do(lambda tx: attachments.keep(tx, account.id, b"%PDF-" + bytes(10 * 2**20)))
    assert office.read(lambda tx: tx.attachments.count()) == 0


def test_letters_and_files_go_after_their_time_and_not_before(office: Office) -> None:
    """Counted from the end of the case; a hold keeps all of it; what the group shows of it goes at the first of these dates."""
    member(office)
    account, held = office.person(), office.person()
    refs = []
    for each in (account, held):
        case = question(office, each)
        kept = office.do(lambda tx, s=each.id: attachments.keep(tx, s, FILES["pdf"]))
        office.do(lambda tx, c=case, k=kept: receiving.receive(tx, c, "mine", attachment=k.id))
        office.do(lambda tx, r=case.id: tx.rooms.update({"id": r}, thread=7, card=8))
        refs.append(case.id)
    office.do(lambda tx: tx.keys.hold(held.id, held=True))
    office.later(days=400)
    assert office.do(retention.sweep_attachments) + office.do(retention.sweep_letters) == 0, "the cases are still open"
    for ref in refs:
        office.do(lambda tx, r=ref: cases.move(tx, tx.cases.get(id=r), Step.FINISH))
    office.later(days=89)
    assert office.do(retention.sweep_attachments) == 0
    office.later(days=4)
    assert office.do(retention.sweep_attachments) == 1
    removals = [row.payload for row in office.read(lambda tx: tx.outbox.select(kind="room"), Purpose.DELIVERY) if row.payload]
    assert [each["thread"] for each in removals if each["act"] == "remove"] == [7]
    assert office.read(lambda tx: {room.id for room in tx.rooms.select()}) == {refs[1]}
    assert office.do(retention.sweep_letters) == 0
    office.later(days=640)
    assert office.do(retention.sweep_letters) == 1
    assert office.read(lambda tx: ({x.ref for x in tx.letters.select()}, {x.ref for x in tx.attachments.select()})) == ({refs[1]}, {refs[1]})


def test_a_letter_is_opened_for_the_team_once(office: Office) -> None:
    """However often its room is shown; a member who looks closer is on record each time, in their role."""
    by, account = member(office), office.person()
    case = question(office, account)
    letter = office.do(lambda tx: receiving.receive(tx, case, "mine"))
    for _ in range(3):
        office.do(lambda tx: letters.open_for_team(tx, letter), Purpose.DELIVERY)
    assert office.read(lambda tx: tx.audit.count(tag="data:accessed")) == 1
    office.do(lambda tx: letters.open_by(tx, by, letter.id))
    assert [entry.actor for entry in office.read(lambda tx: tx.audit.select(tag="data:accessed"))] == ["team", by.actor]


def test_drafts_go_after_a_day(office: Office) -> None:
    """Their words with them."""
    by, account = member(office), office.person()
    case = question(office, account)
    office.do(lambda tx: writing.write(tx, by, case.id, "words", source=1))
    office.later(hours=23)
    assert office.do(writing.sweep) == 0
    office.clock.move(timedelta(hours=1))
    assert office.do(writing.sweep) == 1
    assert office.read(lambda tx: tx.letters.count() + tx.confirmations.count(subject="team")) == 0
