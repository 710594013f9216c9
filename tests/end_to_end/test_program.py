"""Start, talk, kill, stop: polling and webhook."""

from __future__ import annotations

import os
from pathlib import Path

import aiohttp
import pytest

from bot.__main__ import main
from bot.localchat.server import LocalChat
from tests.end_to_end.conftest import Program, free_port, until
from tests.end_to_end.test_tls import certificate


def _answers(chat: LocalChat, who: str, words: str) -> int:
    bot = chat.world.bot.id
    return sum(words in m.words for m in chat.world.person(who).sees() if m.sender_id == bot)


async def test_it_polls_answers_and_drains_on_sigterm(program: Program, telegram: LocalChat) -> None:
    """A person is answered; SIGTERM ends it cleanly."""
    await program.start()
    telegram.world.person("alice").presses_start()
    await until(lambda: _answers(telegram, "alice", "privacy desk of Kimi"))
    telegram.world.person("bob").presses_start()
    await until(lambda: _answers(telegram, "bob", "Kimi"))
    assert await program.stop() == 0
    assert not any("Traceback" in line for line in program.output)


async def test_killed_at_any_point_it_answers_everything_after_a_restart(program: Program, telegram: LocalChat) -> None:
    """kill -9 between inbox and answer loses nothing; only a send in flight may come twice."""
    alice = telegram.world.person("alice")
    await program.start()
    alice.presses_start()
    await until(lambda: _answers(telegram, "alice", "privacy desk of Kimi"))
    telegram.world.fail_next("sendMessage", error_code=502, times=1000)  # answers are written but cannot leave
    for number in range(6):
        alice.says(f"/status EXP-00000{number}")
    await until(lambda: not telegram.world.updates.pending())
    await program.kill()
    telegram.world.faults.clear()
    await program.start()
    await until(lambda: _answers(telegram, "alice", "no case with this reference") >= 6, 100)
    assert await program.stop() == 0
    assert _answers(telegram, "alice", "no case with this reference") <= 7


async def test_a_webhook_needs_its_secret(program: Program, telegram: LocalChat) -> None:
    """With it: stored and answered. Without it, or with strange letters: 403 and nothing happens."""
    port = free_port()
    program.environment |= {
        "BOT_WEBHOOK_URL": f"http://127.0.0.1:{port}/hook",
        "BOT_WEBHOOK_SECRET": "a_good-secret",
        "BOT_LISTEN": f"127.0.0.1:{port}",
    }
    await program.start()
    await until(lambda: telegram.world.updates.webhook is not None)
    telegram.world.person("alice").presses_start()
    await until(lambda: _answers(telegram, "alice", "privacy desk of Kimi"))
    name = b"X-Telegram-Bot-Api-Secret-Token"
    forged = {
        "update_id": 99,
        "message": {
            "message_id": 1,
            "date": 0,
            "chat": {"id": 1001, "type": "private"},
            "from": {"id": 1001, "is_bot": False, "first_name": "A"},
            "text": "/menu",
        },
    }
    async with aiohttp.ClientSession() as http:
        url = program.environment["BOT_WEBHOOK_URL"]
        for secret in (None, "wrong", "a_good-secre", "säcret-\u00ff"):
            headers = {} if secret is None else {name.decode(): secret}
            async with http.post(url, json=forged, headers=headers) as answer:
                assert answer.status == 403
        good = {name.decode(): "a_good-secret"}
        for body in (b"", b"[]", b"{}", b"{not json", b'{"update_id": "1"}'):
            async with http.post(url, data=body, headers=good) as answer:
                assert answer.status == 400
    assert _answers(telegram, "alice", "What would you like to do") == 0
    assert await program.stop() == 0


async def test_beside_polling_it_serves_downloads_and_public_keys(program: Program, telegram: LocalChat) -> None:
    """Over its own TLS: a link that it does not know is gone, and its signing key can be compared."""
    cert, key = certificate(program.folder)
    address = f"https://127.0.0.1:{(port := free_port())}"
    program.environment |= {
        "BOT_PUBLIC_URL": address,
        "BOT_TLS_CERT": str(cert),
        "BOT_TLS_KEY": str(key),
        "BOT_LISTEN": f"127.0.0.1:{port}",
    }
    await program.start()
    telegram.world.person("alice").presses_start()
    await until(lambda: _answers(telegram, "alice", "privacy desk of Kimi"))
    async with aiohttp.ClientSession() as http:
        async with http.get(f"{address}/download/eu/{'A' * 43}", ssl=False) as answer:
            assert answer.status == 410
        async with http.head(f"{address}/download/eu/{'A' * 43}", ssl=False) as answer:
            assert answer.status == 405, "who only looks uses nothing up"
        async with http.get(f"{address}/signing-keys/xx.pem", ssl=False) as answer:
            assert answer.status == 404
        published = program.folder / "data" / "audit" / "checkpoints-eu.jsonl.pub"
        async with http.get(f"{address}/signing-keys/eu.pem", ssl=False) as answer:
            assert await answer.read() == published.read_bytes()
    assert await program.stop() == 0


async def test_a_wrong_setting_stops_the_start_with_one_line(tmp_path: Path) -> None:
    """It names the setting, never its value."""
    program = Program(tmp_path, {"BOT_TOKEN": "nonsense-value"})
    await program.start()
    assert await program.wait() == 2
    assert len(program.output) == 1, program.output
    assert "BOT_TOKEN" in program.output[0]
    assert "nonsense-value" not in program.output[0]


@pytest.mark.parametrize(
    ("environment", "word"),
    [
        ({"BOT_LISTEN": "here"}, "BOT_LISTEN"),
        ({"BOT_DATABASE_URL": "mysql://x"}, "BOT_DATABASE_URL"),
        ({"BOT_POLICY": "/nowhere/none.toml"}, "none.toml"),
        ({"BOT_TOKEN": "1:abc", "BOT_WEBHOOK_URL": "https://x.example"}, "BOT_WEBHOOK_SECRET"),
        ({"BOT_TOKEN": "1:abc", "BOT_PUBLIC_URL": "https://x.example"}, "BOT_TLS_CERT"),
        ({"BOT_TOKEN": "1:abc", "BOT_PUBLIC_URL": "http://x.example"}, "BOT_PUBLIC_URL"),
        ({"BOT_SUPPORT_CHAT_ID": "many"}, "BOT_SUPPORT_CHAT_ID"),
    ],
)
def test_each_wrong_setting_is_named(
    environment: dict[str, str],
    word: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The same in this process: starting one takes seconds."""
    for name in [name for name in os.environ if name.startswith("BOT_")]:
        monkeypatch.delenv(name)
    for name, value in (environment | {"BOT_DATA_DIR": str(tmp_path)}).items():
        monkeypatch.setenv(name, value)
    assert main([]) == 2
    [line] = capsys.readouterr().err.splitlines()
    assert word in line
