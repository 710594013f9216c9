"""The person's language, chosen or heard."""

from __future__ import annotations

import io
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest

from bot.telegram.locales import SHIPPED, resolve
from tests.stage import Stage


@pytest.mark.parametrize(
    ("code", "locale"),
    [
        ("en", "en"), ("en-US", "en"), ("de", "de"), ("de-AT", "de"), ("zh", "zh_Hans"), ("zh-hans", "zh_Hans"),
        ("zh-hant", "zh_Hant"), ("zh-TW", "zh_Hant"), ("zh_HK", "zh_Hant"), ("pt", "pt_BR"), ("pt-br", "pt_BR"),
        ("uz-cyrl", "en"), ("", "en"), (None, "en"), ("xx", "en"), ("AR", "ar"),
    ],
)  # fmt: skip
def test_every_language_code_finds_a_shipped_language(code: str | None, locale: str) -> None:
    """Script subtags count; empty and unknown codes are English."""
    assert resolve(code) == locale


async def test_a_persons_language_is_the_one_telegram_tells(tmp_path: Path, understanding) -> None:  # type: ignore[no-untyped-def]
    """German for Jonas, Arabic for Layla, without a question; what comes later of its own accord too, also to an account of the service."""
    stage = await Stage.build(tmp_path, understanding)
    await stage.given_conversations("jonas", ["Knie"])
    for who in ("jonas", "layla"):
        stage.world.person(who).presses_start()
    await stage.settle()
    german, arabic = (output.text for output in stage._outputs)
    stage._outputs.clear()
    assert "Hallo" in german
    assert any("\u0600" <= letter <= "\u06ff" for letter in arabic)
    jonas = stage.world.person("jonas")
    jonas.says("/export")
    await stage.settle()
    jonas.taps("Export anfordern")
    await stage.settle()
    assert any("Hier ist dein Export" in output.text for output in stage._outputs)
    file = jonas.last_from_bot().file
    assert file is not None
    with zipfile.ZipFile(io.BytesIO(file.content)) as archive:
        page = archive.read(next(name for name in archive.namelist() if name.endswith("index.html"))).decode()
    assert "Deutsch" in page, "a language is named, not coded"
    stage._outputs.clear()
    await stage.close()


async def test_every_language_can_be_chosen_and_is_spoken_at_once(tmp_path: Path, understanding) -> None:  # type: ignore[no-untyped-def]
    """Sixteen, each under its own name; all flows' first steps speak it without a word missing."""
    stage = await Stage.build(tmp_path, understanding)
    await stage.given_conversations("alice", ["Sore knee"])
    stage.world.flood.rule = None  # a standing clock does not refill Telegram's patience
    alice = stage.world.person("alice")
    english: dict[str, str] = {}
    for locale in SHIPPED:
        stage.clock.move(timedelta(minutes=1))  # nor the desk's own
        alice.presses_start()
        await stage.settle()
        alice.sends_callback(alice.last_from_bot(), f"go:speak:{locale}")
        await stage.settle()
        stage._outputs.clear()
        for command in ("/menu", "/help", "/privacy", "/faq", "/training", "/export", "/delete", "/rights", "/settings"):
            alice.says(command)
            await stage.settle()
            text = str(stage._outputs.popleft())
            assert "{" not in text
            if locale == "en":
                english[command] = text
            else:
                assert text != english[command], f"{command} in {locale} is still English"
    await stage.close()


async def test_a_question_in_another_language_is_answered_in_it(tmp_path: Path, understanding) -> None:  # type: ignore[no-untyped-def]
    """And the switch is offered, not made."""
    stage = await Stage.build(tmp_path, understanding)
    await stage.given_conversations("alice", ["Sore knee"])
    alice = stage.world.person("alice")
    alice.says("Werden meine Unterhaltungen mit dir für das Training eurer KI verwendet?")
    await stage.settle()
    output = stage._outputs.popleft()
    assert "Kimi" in output.text
    assert "Quelle" in output.text
    assert any("Deutsch" in button for button in output.buttons)
    await stage.close()
