"""A new version of the policy: the team sees what changes, people are told in their language before it holds, consents name theirs."""

from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path

import pytest

from bot.__main__ import main
from bot.app import open_core
from bot.core import cases, consents
from bot.core.audit import Tag
from bot.core.cases import Right
from bot.core.errors import PolicyError
from bot.core.policies import load_policy, read_policy, shipped_policy_file
from bot.core.policies.changes import Kind, compare
from bot.core.ports import Tx
from bot.settings import Settings
from tests.flows.test_status import given_case
from tests.stage import Stage

BEGINS = date(2026, 5, 1)


def next_version(folder: Path, *, version: str = "2026.2", export_hours: int = 24, begins: date | None = BEGINS) -> Path:
    """The shipped policy with a shorter export, another answer and another day."""
    text = read_policy()[0].decode()
    head = f'version = "{version}"' + (f"\neffective = {begins.isoformat()}" if begins else "")
    text = text.replace('version = "2026.1"', head, 1)
    text = re.sub(r"(\[promises.export\]\namount = )48", rf"\g<1>{export_hours}", text)
    text = text.replace('short = "According to the policy, {service} sells none of your data. About passing it on without a sale, the policy says nothing."', 'short = "No. {service} sells none of your data."')
    file = folder / "next.toml"
    file.write_text(text, "utf-8")
    return file


def test_what_changes_is_found() -> None:
    """Numbers first; limits of the desk itself are no change of the policy."""
    old = load_policy()
    assert compare(old, old) == []


def test_a_changed_promise_and_answer_are_named(tmp_path: Path) -> None:
    """With both amounts."""
    found = compare(load_policy(), load_policy(next_version(tmp_path)))
    assert [(each.kind, each.was, each.now) for each in found] == [
        (Kind.PROMISE, (48, "hours"), (24, "hours")),
        (Kind.TOPIC, None, None),
    ]


def test_the_operator_sees_what_changes_before_anybody_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`policy diff OLD NEW`, with the status of diff."""
    new = next_version(tmp_path)
    assert main(["policy", "diff", str(shipped_policy_file()), str(new)]) == 1
    assert capsys.readouterr().out.splitlines()[0] == "• A data export is delivered: 24 hours; before: 48 hours"
    assert main(["policy", "check", str(new)]) == 0
    assert "holds from 2026-05-01" in capsys.readouterr().out


async def test_people_are_told_before_it_holds(stage: Stage, tmp_path: Path) -> None:
    """Once each, two weeks before; whoever came later, a day before; from its day on it is what is promised."""
    await stage.given_team()
    await stage.plays("""
        alice: /start
        bot:   ...
    """)
    stage = await stage.again(stage.core.settings.model_copy(update={"policy_next": next_version(tmp_path)}))
    await stage.settle()
    await stage.plays("""
        bot in Desk: Policy version 2026.2: holds from 1 May 2026 • A data export is delivered: 24 hours; before: 48 hours • Another answer: Is my data sold? People are told on 17 April 2026, in their languages.  [What people will read] [Tell people now]
        anna in Desk: [What people will read]
        bot:   (toast) You do not have the role for this; it takes: ... The attempt was recorded.
        dana in Desk: [What people will read]
        bot:   The privacy policy of Kimi changes. Version 2026.2 holds from 1 May 2026. ... • A data export is delivered: 24 hours; before: 48 hours ...
        (24 days later)
        (1 day later)
        bot to alice: The privacy policy of Kimi changes. Version 2026.2 holds from 1 May 2026. This is what is different: • A data export is delivered: 24 hours; before: 48 hours • Another answer: Is my data sold? What you chose before stays as it is. ...  [All topics] [My rights]
        bob: /start
        bot: ...
        (13 days later)
        bot to bob: The privacy policy of Kimi changes. ...
        alice: /export
        bot:   ... 48 hours ...
        alice: [Not now]
        bot:   ...
        (1 day later)
        alice: /export
        bot:   ... 24 hours ...
        alice: [Not now]
        bot:   ...
    """)

    def announced(tx: Tx) -> list[str]:
        return [entry.details for entry in tx.audit.select(tag=Tag.POLICY_ANNOUNCED.value)]

    told = await stage.core.database.read(announced)
    assert ['"late":false' in each for each in told] == [True, True]


async def test_a_consent_names_the_version_it_was_given_under(stage: Stage, tmp_path: Path) -> None:
    """Whatever version holds later."""
    await stage.plays("""
        alice: /start
        bot:   ...
        alice: /training
        bot:   ...
        alice: [Opt out now]
        bot:   ...
    """)
    stage = await stage.again(stage.core.settings.model_copy(update={"policy_next": next_version(tmp_path)}))
    await stage.plays("""
        (60 days later)
        bot to alice: The privacy policy of Kimi changes. ...
        alice: /training
        bot:   ...
        alice: [Turn training on]
        bot:   ...
    """)
    versions = await stage.core.database.read(lambda tx: [each.policy_version for each in tx.consents.select(order_by="at", purpose=consents.Purpose.TRAINING.value)])
    assert versions == ["2026.1", "2026.2"]


async def test_a_version_is_published_once(tmp_path: Path) -> None:
    """The same version with another promise is refused at the start, with one clear line."""
    folder = tmp_path / "data"
    core = await open_core(Settings(data_dir=folder))
    await core.stop()
    changed = next_version(tmp_path, version="2026.1", begins=None)
    with pytest.raises(PolicyError, match="published before with other content"):
        await open_core(Settings(data_dir=folder, policy=changed))


async def test_a_coming_version_needs_its_day(tmp_path: Path) -> None:
    """And a name of its own."""
    for changes, problem in (({"begins": None}, "needs the day"), ({"version": "2026.1"}, "needs a new name")):
        with pytest.raises(PolicyError, match=problem):
            await open_core(Settings(data_dir=tmp_path / problem[:9], policy_next=next_version(tmp_path, **changes)))  # type: ignore[arg-type]


async def test_what_was_promised_under_a_version_is_kept_by_it(stage: Stage, tmp_path: Path) -> None:
    """A case from before keeps its date, and an extension is computed by the policy it was opened under."""
    await stage.plays("""
        alice: /start
        bot:   ...
    """)
    before = await given_case(stage, Right.EXPORT)
    stage = await stage.again(stage.core.settings.model_copy(update={"policy_next": next_version(tmp_path, begins=date(2026, 3, 24))}))
    stage.clock.move(timedelta(days=1))
    longer = await stage.core.database.write(lambda tx: cases.extend(tx, before, "volume"))
    assert longer.policy_version == "2026.1"
    assert longer.target_due - longer.opened_at == timedelta(hours=96), "as long again as the 48 hours it was promised under"
    after = await stage.core.database.read(lambda tx: tx.cases.get(id=before))
    assert after == longer
    new = await given_case(stage, Right.EXPORT, who="bob")
    opened = await stage.core.database.read(lambda tx: tx.cases.get(id=new))
    assert opened.policy_version == "2026.2"
    assert opened.target_due - opened.opened_at == timedelta(hours=24)
