"""A breach of two regions: told in each by itself, in each person's language, and to who could not be reached when they are back."""

from __future__ import annotations

from bot.core import accounts, conversations
from bot.core.audit import pseudonym_of
from bot.core.breaches import record, telling
from bot.core.cases import Right
from bot.core.conversations import Message
from bot.core.ports import Tx
from bot.telegram.breach_words import notice
from bot.telegram.texts import PSEUDO, speaking
from tests.regions.test_team import given_case_away
from tests.stage import Stage
from tests.team.breach_scenes import LOCALES, RECORD, given_people, meet

BOTH = RECORD.replace(
    """    dana in Desk: [Go on]
    bot in Desk: Data breach, step 7 of 13""",
    """    dana in Desk: [☐ United States]
    bot in Desk: Data breach, step 6 of 13 · Regions ... [☑ European Union] [☑ United States] ...
    dana in Desk: [Go on]
    bot in Desk: Data breach, step 7 of 13""",
)
AGREED = """
    dana in Desk#BRE: [Tell the people]
    bot in Desk#BRE: Needs four eyes Tell {people} people ...
    bot in Desk#BRE: (toast) ...
    viktor in Desk#BRE: [Agree]
    bot in Desk#BRE: Needs four eyes ... It was done.
    bot in Desk#BRE: (toast) ...
    bot to alice: ... (BRE-...) ...
    bot to bob: ... (BRE-...) ...
    bot to layla: ... (BRE-...) ...
    bot to jonas: ... (BRE-...) ...
"""


async def given_american(stage: Stage, name: str = "mallory") -> str:
    """Somebody who lives in the United States, with a conversation; their pseudonym."""
    away = await stage.app.regions.open("US")
    person = stage.world.person(name)

    def furnish(tx: Tx) -> tuple[str, str]:
        account, _new = accounts.open_for_telegram(tx, person.id, locale="de")
        at = stage.clock.now().replace(day=10)
        tx.accounts.update({"id": account.id}, created_at=at, jurisdiction="california")
        tx.links.update({"subject": account.id}, linked_at=at)
        conversations.add(tx, account.id, "Mine", [Message("user", "a private question", at)], stored_at=at)
        return accounts.telegram_index(tx, person.id), pseudonym_of(tx, account.id)

    link, pseudonym = await away.core.database.write(furnish)
    stage.app.regions.directory.settle({person.id: link}, "US")
    return pseudonym


async def test_each_region_tells_its_own_people_and_reports_only_counts(stage: Stage) -> None:
    """Four at home, one in the United States who blocked the bot, and who hears of it when they are back."""
    await stage.given_team()
    await meet(stage, "dana", "viktor", "mallory")
    await given_people(stage)
    pseudonym = await given_american(stage)
    stage.world.person("mallory").blocks_bot()
    await stage.settle()
    await stage.plays(BOTH.format(kind="It happened", real="it happened") + """
        bot in Desk: BRE-... is open ...
        (1 minute later)
        bot in Desk#BRE: (card) BRE-... · Data breach Regions: European Union and United States ... People concerned: 5 To be told: 5 ... California ...
    """ + AGREED.format(people=5) + """
        bot to dana: BRE-...: 1 person in the region United States could not be reached. ... Their pseudonyms: p-...
        (1 minute later)
        bot in Desk#BRE: Told: 4 of 5 · on the way: 0 · to be told: 0 · not reached: 1 Whoever was not reached is told as soon as they are back. ...
    """)
    told = {name: stage.world.person(name).sees()[-1].words for name in LOCALES}
    mallory = [message.words for message in stage.world.person("mallory").sees()]
    assert not any("BRE-" in words for words in mallory)
    breach = await stage.core.database.read(lambda tx: tx.breaches.select(status="open")[0])
    assert record.total(breach, "told") == 4
    assert breach.counts["US"]["unreached"] == 1
    assert breach.told_at is not None
    assert all(breach.id in words for words in told.values())
    dana = [message.words for message in stage.world.person("dana").sees()]
    assert any(pseudonym in words for words in dana), "the officer has the list, from the region itself"
    assert not any(pseudonym in message.words for message in stage.world.person("dana").sees(stage.world.group("Desk")))
    stage.world.person("mallory").unblocks_bot()
    stage.world.person("mallory").presses_start()
    await stage.settle()
    words = [message.words for message in stage.world.person("mallory").sees()]
    assert sum(breach.id in each for each in words) == 1
    stage.forget_outputs()


async def test_each_reads_it_in_their_language_with_their_dates(stage: Stage) -> None:
    """What is sent is word for word what the preview of that language shows."""
    await stage.given_team()
    await meet(stage, "dana", "viktor")
    await given_people(stage)
    await stage.plays(RECORD.format(kind="It happened", real="it happened") + "bot in Desk: BRE-... is open ..." + AGREED.format(people=4))
    for name, locale in LOCALES.items():
        shown = stage.world.person(name).sees()[-1].words
        sent = await stage.core.database.read(lambda tx, locale=locale: _expected(tx, locale))  # type: ignore[misc]
        with speaking(PSEUDO if stage.pseudo else locale):
            assert shown == notice(sent, "Europe/Berlin").plain
        if locale == "ar" and not stage.pseudo:
            assert "مارس" in shown


def _expected(tx: Tx, locale: str) -> dict[str, object]:
    [known] = tx.breach_tellings.select()
    return telling.notice_data(known, tx.policy, known.categories.split(), locale)


async def test_an_answer_that_names_a_case_of_another_region_stays_where_it_was_asked(stage: Stage) -> None:
    """The question was asked at home, so home hears the answer."""
    await stage.given_team()
    ref = await given_case_away(stage, Right.QUESTION, who="mallory")
    stage.forget_outputs()
    await stage.plays(f"""
        dana in Desk: /breach
        bot in Desk: ...
        dana in Desk: [It happened]
        bot in Desk: ...
        dana in Desk answers "step 2 of 13": The letters of {ref} were sent to somebody else.
        bot in Desk: Data breach, step 3 of 13 ...
    """)
