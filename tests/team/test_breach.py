"""Breaches in the team's group: recorded step by step, told by two people to everybody it concerns."""

from __future__ import annotations

import json

from bot.core.audit import Tag
from tests.stage import Stage
from tests.team.breach_scenes import given_people, meet, open_record


async def test_a_breach_is_recorded_agreed_to_and_told_to_each_in_their_language(stage: Stage) -> None:
    """Four people in three languages; nobody hears of it before a second person has agreed."""
    await stage.given_team()
    await given_people(stage)
    await meet(stage, "dana", "viktor")
    await open_record(stage)
    await stage.plays("""
        bot in Desk#BRE: (card) BRE-... · Data breach Regions: European Union · risk: high Aware since ... People concerned: 4 To be told: 4 · on the way: 0 · told: 0 · not reached: 0 Report to Lead supervisory authority ...: not sent yet  [What people will read] [Change the record] [Translations] [Reports to authorities] [Tell the people] [Close]
        dana in Desk#BRE: /find
        bot in Desk#BRE: BRE-... · Data breach Regions: European Union · risk: high Aware since ...  [Open it]
        dana in Desk#BRE: [Tell the people]
        bot in Desk#BRE: Needs four eyes Tell 4 people of this data breach, ...  [Agree] [Decline]
        bot in Desk#BRE: (toast) Proposed. Somebody else has to agree.
        dana in Desk#BRE: [Translations]
        bot in Desk#BRE: Which text do you want to give in another language? What happened: English ...  [What happened] ...
        dana in Desk#BRE: [What happened]
        bot in Desk#BRE: What happened: in which language?  [English ✓] ... [More ▶]
        dana in Desk#BRE: [Deutsch]
        bot in Desk#BRE: What happened in Deutsch: please answer this message. A backup disk was lost.
        dana in Desk#BRE answers "please answer this message": Eine Festplatte ging verloren.
        bot in Desk#BRE: Needs four eyes ... The record was changed since. Nothing was done; please propose it anew.
        bot in Desk#BRE: The record of BRE-... ...
        dana in Desk#BRE: [What people will read]
        bot in Desk#BRE: What people read (English). ... A data breach concerns you (BRE-...) What happened A backup disk was lost. Your data lay open from 20 March 2026 08:00 UTC until 22 March 2026 20:00 UTC. Which of your data ... What you can do Change your password. Your contact is ... Please name the reference BRE-... .  [• English] ...
        dana in Desk#BRE: [Deutsch]
        bot in Desk#BRE: What people read (Deutsch). ... Eine Festplatte ging verloren. ...
        dana in Desk#BRE: [Tell the people]
        bot in Desk#BRE: Needs four eyes Tell 4 people of this data breach, each in their language. It cannot be unsaid. Proposed by team member 3. ...  [Agree] [Decline]
        bot in Desk#BRE: (toast) Proposed. Somebody else has to agree.
        dana in Desk#BRE: [Agree]
        bot in Desk#BRE: (toast) You proposed this yourself. It takes a second person.
        anna in Desk#BRE: [Agree]
        bot in Desk#BRE: (toast) You do not have the role for this; it takes: ... The attempt was recorded.
        viktor in Desk#BRE: [Agree]
        bot in Desk#BRE: Needs four eyes ... Team member 2 agreed. It was done.
        bot in Desk#BRE: (toast) Agreed. It is done.
        bot to alice: A data breach concerns you (BRE-...) What happened A backup disk was lost. ...  [My rights] [Talk to a person]
        bot to bob: A data breach concerns you (BRE-...) ...
        bot to layla: ...  [...] [...]
        bot to jonas: ... Eine Festplatte ging verloren. ...  [...] [...]
        (1 minute later)
        bot in Desk#BRE: Told: 4 of 4 · on the way: 0 · to be told: 0 · not reached: 0
        bot in Desk#BRE: (card) ... To be told: 0 · on the way: 0 · told: 4 · not reached: 0 Everybody who can be reached was told on ... [Close]
        dana in Desk#BRE: [Reports to authorities]
        bot in Desk#BRE: BRE-...: reports to authorities Lead supervisory authority in the European Union (GDPR Art. 56): 4 people  [European Union or EEA: Initial report] [Sent] [European Union or EEA: Complete report] [Sent]
        dana in Desk#BRE: [European Union or EEA: Initial report]
        bot to dana: (file) Initial report on BRE-..., for the authority.
        bot to dana: (file) Initial report on BRE-..., for the authority.
        bot in Desk#BRE: (toast) The report comes to you in private, as PDF and JSON.
        dana in Desk#BRE: [Sent]
        bot in Desk#BRE: Initial report to Lead supervisory authority ...: when was it sent? ...  [Sent now] [Back]
        dana in Desk#BRE answers "when was it sent?": tomorrow
        bot in Desk#BRE: I cannot read that as a time. ...
        dana in Desk#BRE answers "I cannot read that": 2026-03-23 09:01
        bot in Desk#BRE: BRE-...: reports to authorities ... Initial report: sent on 23 March 2026 09:01 UTC  [European Union or EEA: Complete report] [Sent]
        dana in Desk#BRE: [Close]
        bot in Desk#BRE: Close BRE-...? Who could not be reached is told all the same when they are back.  [Yes, close it] [No]
        dana in Desk#BRE: [Yes, close it]
        bot in Desk#BRE: BRE-... is closed.
        dana in Desk: /breaches
        bot in Desk: The register of data breaches BRE-... · 23 March 2026 · 4 people · all told  [As CSV] [As JSON]
        viktor in Desk: [As CSV]
        bot in Desk: (toast) The register comes to you in private.
        bot to viktor: (file) The register of all data breaches.
        anna in Desk: /breaches
        bot in Desk: You do not have the role for this; it takes: ... The attempt was recorded.
        mallory in Desk: /breach
        bot in Desk: You do not have the role for this; it takes: ... The attempt was recorded.
        alice: /access
        bot:   ...
        alice: [Who opened my data]
        bot:   Who opened your data ... the data protection officer. Reason: to find out whom a data breach concerns (case BRE-...) ...
    """)
    topic = stage.topic("Desk#BRE")
    assert topic.is_closed
    [breach] = await stage.core.database.read(lambda tx: tx.breaches.select())
    unknown = "There is no case {ref}. Please look at the letters once more: a reference is as long as ASK-7K2M4Q."
    await stage.plays(f"""
        viktor in Desk: /find {breach.id.lower().replace("-", " ")}
        bot in Desk: {breach.id} · Data breach Closed: 23 March 2026 ... Regions: European Union · risk: high Aware since ...  [Open it]
        anna in Desk: /find {breach.id}
        bot in Desk: {unknown.format(ref=breach.id)}
        anna in Desk: /find BRE-000000
        bot in Desk: {unknown.format(ref="BRE-000000")}
    """)
    refused = await stage.core.database.read(lambda tx: tx.audit.select(tag=Tag.ACCESS_REFUSED.value, ref=breach.id, actor="team:4"))
    assert json.loads(refused[-1].details)["what"] == "register", "that she asked is on record all the same"
    found = next(message for message in stage.world.group("Desk").messages.values() if "Closed:" in message.words and "url" in str(message.buttons))
    assert found.buttons[0]["url"].endswith(f"/{topic.thread_id}")
