"""One writer, group commit: all of a unit or nothing, and nobody hears of success before the commit."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial

import pytest

from bot.app import Core
from bot.core import accounts, confirmations
from bot.core.accounts import NameTakenError
from bot.core.errors import ConfirmationUsedError, HeldError, RestrictedError
from bot.core.keys import Purpose
from bot.core.ports import Tx
from bot.core.work import EngineFor
from bot.storage import Unit
from bot.workers import DatabaseEngine


async def test_a_unit_that_fails_leaves_nothing_and_disturbs_no_other(core: Core) -> None:
    """Each has its own savepoint in the shared commit."""

    def good(tx: Tx, name: str) -> None:
        accounts.create(tx, name=name)

    def bad(tx: Tx) -> None:
        accounts.create(tx, name="never")
        raise RuntimeError

    units = [core.database.write(lambda tx, n=n: good(tx, f"n{n}")) for n in range(20)]
    outcomes = await asyncio.gather(*units, core.database.write(bad), return_exceptions=True)
    assert [type(outcome) for outcome in outcomes if outcome is not None] == [RuntimeError]
    assert await core.database.read(lambda tx: tx.accounts.count()) == 20


async def test_of_many_at_once_one_wins(core: Core) -> None:
    """Names are unique, confirmations are used once."""
    outcomes = await asyncio.gather(
        *(core.database.write(lambda tx: accounts.create(tx, name="same")) for _ in range(8)), return_exceptions=True
    )
    assert sum(isinstance(outcome, NameTakenError) for outcome in outcomes) == 7
    account = (await core.database.read(lambda tx: tx.accounts.select()))[0]
    token = await core.database.write(lambda tx: confirmations.issue(tx, subject=account.id, chat="c", action="a"))

    def redeem(tx: Tx) -> str:
        return confirmations.redeem(tx, token, subject=account.id, chat="c", action="a")

    outcomes = await asyncio.gather(*(core.database.write(redeem) for _ in range(8)), return_exceptions=True)
    assert sum(isinstance(outcome, ConfirmationUsedError) for outcome in outcomes) == 7


async def test_a_verb_that_refuses_after_it_has_written_is_undone_alone(core: Core) -> None:
    """What the unit did before and does afterwards stays, once, whichever way the database goes back."""

    def refuse(tx: Tx) -> None:
        accounts.create(tx, name="refused")
        raise HeldError

    async def unit(unit: Unit) -> None:
        await unit.do(lambda tx: accounts.create(tx, name="before"))
        with pytest.raises(HeldError):
            await unit.do(refuse)
        await unit.do(lambda tx: accounts.create(tx, name="after"))

    await core.database.handle(unit)
    names = await core.database.read(lambda tx: [account.name for account in tx.accounts.select()])
    assert sorted(filter(None, names)) == ["after", "before"]


async def test_what_a_refused_verb_did_to_a_key_is_forgotten(core: Core) -> None:
    """A restriction that was undone restricts nobody, and one that stands is not lifted by a verb that refused."""
    account = await core.database.write(lambda tx: accounts.create(tx, name="pat"))

    def restrict_and_refuse(tx: Tx, restricted: bool) -> None:
        tx.keys.restrict(account.id, restricted=restricted)
        assert tx.keys.is_restricted(account.id) is restricted
        raise HeldError

    async def unit(unit: Unit) -> None:
        for restricted in (False, True):
            await unit.do(lambda tx, now=restricted: tx.keys.restrict(account.id, restricted=now))  # type: ignore[misc]
            with pytest.raises(HeldError):
                await unit.do(lambda tx, other=not restricted: restrict_and_refuse(tx, other))  # type: ignore[misc]
            assert await unit.do(lambda tx: tx.keys.is_restricted(account.id)) is restricted

    await core.database.handle(unit)


async def test_who_forgets_to_name_a_purpose_gets_nothing_of_the_restricted(core: Core) -> None:
    """Art. 18, whichever way the database is reached: neither opened nor sealed, unless for a purpose that is allowed."""
    pat, kim = [await core.database.write(lambda tx, n=n: accounts.create(tx, name=n)) for n in ("pat", "kim")]  # type: ignore[misc]
    await core.database.write(lambda tx: [tx.keys.restrict(each.id, restricted=True) for each in (pat, kim)])
    database, engine = core.database, DatabaseEngine(core.database)

    def look(tx: Tx) -> str | None:
        return tx.accounts.get(id=pat.id).name

    def change(tx: Tx) -> None:
        tx.accounts.update({"id": pat.id, "subject": pat.id}, name="changed")

    async def handled(unit: Unit) -> str | None:
        return await unit.do(look)

    asked: tuple[Callable[..., Awaitable[object]], ...] = (
        partial(database.read, look),
        partial(database.write, look),
        partial(database.write, change),
        partial(database.handle, handled),
        partial(asyncio.to_thread, database.read_from_thread, look),
        partial(asyncio.to_thread, database.write_from_thread, change),
        partial(asyncio.to_thread, engine.read, look),
        partial(asyncio.to_thread, engine.write, change),
    )
    for ask in asked:
        with pytest.raises(RestrictedError):
            await ask()
        with pytest.raises(RestrictedError):
            await ask(Purpose.SUPPORT)
    for purpose in (Purpose.RIGHTS, Purpose.DELIVERY):
        assert await database.read(look, purpose) == await database.handle(handled, purpose) == "pat"
        assert await asyncio.to_thread(EngineFor(purpose, engine).read, look) == "pat"


async def test_a_person_who_asks_opens_what_is_theirs_and_nobody_elses(core: Core) -> None:
    """One's own request is no way to somebody else who is restricted; what was opened for one purpose is not kept for the next."""
    pat, kim = [await core.database.write(lambda tx, n=n: accounts.create(tx, name=n)) for n in ("pat", "kim")]  # type: ignore[misc]
    await core.database.write(lambda tx: [tx.keys.restrict(each.id, restricted=True) for each in (pat, kim)])

    def name_of(tx: Tx, subject: str) -> str | None:
        return tx.accounts.get(id=subject).name

    def ask(tx: Tx) -> None:
        tx.keys.asked_by(pat.id)
        assert name_of(tx, pat.id) == "pat"
        with pytest.raises(RestrictedError):
            name_of(tx, kim.id)
        with tx.keys.opened_for(Purpose.RIGHTS):
            assert name_of(tx, kim.id) == "kim"
        with pytest.raises(RestrictedError):
            name_of(tx, kim.id)
        tx.keys.asked_by(kim.id)
        with pytest.raises(RestrictedError):
            name_of(tx, pat.id)

    await core.database.read(ask)


async def test_an_error_that_keeps_its_writes_keeps_them(core: Core) -> None:
    """A counted wrong password stays counted."""
    from bot.core import passwords
    from bot.core.errors import PasswordWrongError

    account = await core.database.write(lambda tx: accounts.create(tx, name="pat"))

    async def wrong(unit) -> None:  # type: ignore[no-untyped-def]
        with pytest.raises(PasswordWrongError):
            await unit.do(lambda tx: passwords.judge(tx, account.id, right=False))

    await core.database.handle(wrong)
    assert (await core.database.read(lambda tx: tx.accounts.get(id=account.id))).password_tries == 1
