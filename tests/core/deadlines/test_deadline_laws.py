"""What holds for every date, whatever the day."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.deadlines import Extension, ExtensionLateError, Kind, Pause, calendar_named, due_date
from bot.core.policies import load_policy

POLICY = load_policy()
BERLIN = ZoneInfo("Europe/Berlin")
FOREVER = settings(deadline=None)  # laws are about dates, not about how fast this machine is

instants = st.datetimes(
    datetime(2023, 12, 1),
    datetime(2030, 12, 31),
    timezones=st.just(UTC),  # noqa: DTZ001 - hypothesis adds the zone
)
places = st.sampled_from([*POLICY.jurisdictions, None])
kinds = st.sampled_from(list(Kind))
answers = st.sampled_from([Kind.RESPOND, Kind.EXPORT, Kind.OPT_OUT])
european = st.sampled_from(["DE", "FR", "FI", "IE", "PT", "DE-BY"])


def month_after(on: date, months: int = 1) -> date:
    return on + relativedelta(months=months)


@FOREVER
@given(places, kinds, instants, instants)
def test_who_asks_later_is_answered_no_earlier(
    place: str | None, kind: Kind, one: datetime, other: datetime
) -> None:
    first, second = (due_date(POLICY, place, kind, at) for at in sorted((one, other)))
    assert first.target_due <= second.target_due
    if first.legal_due and second.legal_due:
        assert first.legal_due <= second.legal_due


@FOREVER
@given(places, kinds, instants)
def test_our_own_date_is_never_after_the_laws_and_both_come_after_receipt(
    place: str | None, kind: Kind, at: datetime
) -> None:
    found = due_date(POLICY, place, kind, at)
    assert at < found.target_due
    assert found.legal_due is None or found.target_due <= found.legal_due


@FOREVER
@given(european, instants)
def test_a_rolled_date_is_a_working_day_and_the_first_since_the_month_ended(
    calendar: str, at: datetime
) -> None:
    found = due_date(POLICY, "eu", Kind.RESPOND, at, calendar=calendar).legal_on
    assert found is not None
    known = calendar_named(calendar)
    ended = month_after(at.astimezone(BERLIN).date())
    assert known.is_working_day(found)
    assert ended <= found
    assert not any(known.is_working_day(ended + timedelta(days=n)) for n in range((found - ended).days))


@FOREVER
@given(instants, st.integers(0, 27), st.integers(0, 60), st.sampled_from(["identity", "clarification"]))
def test_a_pause_of_some_days_moves_the_end_of_the_month_by_as_many(
    at: datetime, after: int, days: int, reason: str
) -> None:
    """Days of the place: a pause over the change of the clocks is not an hour short."""
    received = at.astimezone(BERLIN).replace(hour=12, fold=0)
    asked = received + timedelta(days=after)  # arithmetic of local days
    pause = Pause(reason, asked.astimezone(UTC), (asked + timedelta(days=days)).astimezone(UTC))
    found = due_date(POLICY, "eu", Kind.RESPOND, received.astimezone(UTC), pauses=[pause])
    ended = month_after(received.date()) + timedelta(days=days)
    assert found.legal_on == calendar_named("DE").on_or_after(ended)


@FOREVER
@given(instants, st.integers(0, 29), st.integers(0, 60))
def test_where_nothing_rolls_a_pause_moves_the_date_by_exactly_its_days(
    at: datetime, after: int, days: int
) -> None:
    asked = at + timedelta(days=after)
    paused = due_date(
        POLICY, None, Kind.RESPOND, at, pauses=[Pause("identity", asked, asked + timedelta(days=days))]
    )
    assert paused.target_due == due_date(POLICY, None, Kind.RESPOND, at).target_due + timedelta(days=days)


@FOREVER
@given(kinds, instants, st.integers(0, 40), st.integers(0, 60))
def test_no_pause_moves_a_date_under_the_ccpa(kind: Kind, at: datetime, after: int, days: int) -> None:
    """CCPA regulations §7021(b): 45 days from receipt, regardless of the time that verification takes."""
    asked = at + timedelta(days=after)
    pauses = [Pause(reason, asked, asked + timedelta(days=days)) for reason in ("identity", "clarification")]
    assert due_date(POLICY, "california", kind, at, pauses=pauses) == due_date(POLICY, "california", kind, at)


@FOREVER
@given(places, kinds, instants, st.integers(0, 40), st.integers(0, 60))
def test_a_reason_that_the_regime_does_not_know_moves_nothing(
    place: str | None, kind: Kind, at: datetime, after: int, days: int
) -> None:
    asked = at + timedelta(days=after)
    pauses = [Pause("holiday of the clerk", asked, asked + timedelta(days=days))]
    assert due_date(POLICY, place, kind, at, pauses=pauses) == due_date(POLICY, place, kind, at)


@FOREVER
@given(places, answers, instants, st.lists(st.tuples(st.integers(0, 3000), st.integers(0, 3000)), max_size=5))
def test_no_pause_brings_a_date_nearer_and_their_order_does_not_matter(
    place: str | None, kind: Kind, at: datetime, hours: list[tuple[int, int]]
) -> None:
    pauses = [
        Pause("identity", at + timedelta(hours=after), at + timedelta(hours=after + length))
        for after, length in hours
    ]
    found = due_date(POLICY, place, kind, at, pauses=pauses)
    assert found == due_date(POLICY, place, kind, at, pauses=pauses[::-1])
    assert found.target_due >= due_date(POLICY, place, kind, at).target_due
    assert found.legal_due is None or found.target_due <= found.legal_due


@FOREVER
@given(st.sampled_from(["eu", "california", None]), instants, st.integers(0, 100 * 24))
def test_an_extension_counts_from_receipt_and_only_if_told_in_time(
    place: str | None, at: datetime, hours: int
) -> None:
    """Before the roll never more than three months (GDPR) or ninety days (CCPA) from receipt; never an
    earlier date.
    """
    original = due_date(POLICY, place, Kind.RESPOND, at)
    told = Extension(at + timedelta(hours=hours), "number of requests")
    try:
        found = due_date(POLICY, place, Kind.RESPOND, at, extension=told)
    except ExtensionLateError as late:
        assert told.told_at > late.due == (original.legal_due or original.target_due)
        return
    assert told.told_at <= (original.legal_due or original.target_due)
    assert found.target_due > original.target_due
    received_on = at.astimezone(ZoneInfo(found.rule.time_zone)).date()
    if place == "eu":
        assert found.legal_on == calendar_named("DE").on_or_after(month_after(received_on, 3))
        assert found.target_on <= month_after(received_on, 3)
    if place == "california":
        assert found.legal_on == received_on + timedelta(days=90)


@FOREVER
@given(places, instants)
def test_hours_are_hours_whatever_the_clocks_and_the_calendar_do(place: str | None, at: datetime) -> None:
    assert due_date(POLICY, place, Kind.EXPORT, at).target_due - at == timedelta(hours=48)
    assert due_date(POLICY, place, Kind.BREACH, at).target_due - at == timedelta(hours=72)


@FOREVER
@given(places, kinds, instants)
def test_a_date_in_days_is_the_last_instant_of_a_local_day(
    place: str | None, kind: Kind, at: datetime
) -> None:
    found = due_date(POLICY, place, kind, at)
    after = (found.target_due + timedelta(milliseconds=1)).astimezone(ZoneInfo(found.rule.time_zone))
    if kind not in (Kind.EXPORT, Kind.BREACH):
        assert (after.hour, after.minute, after.second, after.microsecond) == (0, 0, 0, 0)
