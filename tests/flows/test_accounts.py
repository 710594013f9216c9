"""Accounts: from the first Start, by a deep link, from a file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.core import accounts, conversations, imports
from bot.core.errors import ImportRecordError
from tests.stage import START, Stage

CHATGPT = {
    "title": "Pasta",
    "create_time": 1770000000.0,
    "current_node": "c",
    "mapping": {
        "a": {"id": "a", "message": None, "parent": None, "children": ["b"]},
        "b": {
            "id": "b",
            "parent": "a",
            "children": ["c", "x"],
            "message": {"author": {"role": "user"}, "content": {"parts": ["How long?"]}, "create_time": 1770000001.0},
        },
        "x": {
            "id": "x",
            "parent": "b",
            "children": [],
            "message": {"author": {"role": "assistant"}, "content": {"parts": ["A branch not taken"]}},
        },
        "c": {
            "id": "c",
            "parent": "b",
            "children": [],
            "message": {"author": {"role": "assistant"}, "content": {"parts": ["Eight minutes", {"image": 1}]}},
        },
    },
}


async def test_a_deep_link_links_the_account_once(stage: Stage) -> None:
    """Single use: the second person gets nothing."""

    def prepare(tx):  # type: ignore[no-untyped-def]
        account = accounts.create(tx, name="alice@example")
        conversations.add(tx, account.id, "Sore knee", [conversations.Message("user", "hi", START)])
        return accounts.issue_link(tx, account.id)

    token = await stage.core.database.write(prepare)
    stage.world.person("alice").presses_start(f"link-{token}")
    await stage.plays("""
        (1 minute later)
        bot:     Your account is now linked to this chat.  ...
        alice:   /history
        bot:     Your conversations (1) ...  [Sore knee] [Clear all] [Menu]
    """)
    stage.world.person("mallory").presses_start(f"link-{token}")
    await stage.plays("""
        (1 minute later)
        bot:     This link was used already or has expired. Please ask for a new one.
        mallory: /history
        bot:     We have not met yet. ...
        alice:   /forgetme
        bot:     I erase what this bot holds: the link to your account, ... Your account itself stays with the service. ...
        alice:   [Erase it]
        bot:     Done. This bot holds nothing about you any more. ...
    """)
    assert await stage.core.database.read(lambda tx: tx.conversations.count()) == 1


def test_chatgpts_layout_is_read_along_the_path_that_was_taken() -> None:
    """The tree's current branch, without system notes and pictures."""
    found = imports.read(1, CHATGPT)
    assert found.title == "Pasta"
    assert [(m.role, m.text) for m in found.messages] == [("user", "How long?"), ("assistant", "Eight minutes")]


@pytest.mark.parametrize(
    "broken",
    [
        None, [], "text", {}, {"messages": []}, {"messages": [{"role": "user"}]}, {"title": 3, "messages": [1]},
        {"messages": [{"role": "king", "text": "x", "at": 0}]}, {"messages": [{"role": "user", "text": "x", "at": "soon"}]},
        {"mapping": {"a": {"parent": "b"}, "b": {"parent": "a"}}, "current_node": "a"}, {"mapping": []},
    ],
)  # fmt: skip
def test_a_broken_record_is_named_by_its_number_and_not_quoted(broken: object) -> None:
    """The report can be shown to anybody."""
    with pytest.raises(ImportRecordError, match="record 7"):
        imports.read(7, broken)


async def test_a_file_comes_in_whole_but_for_its_broken_records(tmp_path: Path, monkeypatch, capsys) -> None:  # type: ignore[no-untyped-def]
    """Exit status 1 says that something was skipped; nothing is half there."""
    from bot.cli.accounts import account
    from bot.cli.importing import import_conversations

    monkeypatch.setenv("BOT_DATA_DIR", str(tmp_path))
    ours = {"title": "Mine", "messages": [{"role": "user", "text": "x", "at": "2026-01-01T00:00:00Z"}]}
    file = tmp_path / "conversations.json"
    file.write_text(json.dumps([CHATGPT, {"mapping": 1}, ours]))
    assert await account("create", "pat") == 0
    assert await account("create", "pat") == 2
    assert await import_conversations(file, "pat") == 1
    said = capsys.readouterr()
    assert "2 conversations imported, 1 skipped" in said.out
    assert "skipped record 2" in said.err
    longer = ours | {"messages": [*ours["messages"], {"role": "user", "text": "y", "at": "2026-01-02T00:00:00Z"}]}
    file.write_text(json.dumps([CHATGPT, ours, longer, longer]))
    assert await import_conversations(file, "pat") == 0
    assert "1 conversations imported, 3 were there already, 0 skipped" in capsys.readouterr().out
    monkeypatch.setenv("BOT_NEW_PASSWORD", "long enough")
    assert await account("set-password", "pat") == 0
    assert await account("link", "pat") == 0
    assert "/start link-" in capsys.readouterr().out
