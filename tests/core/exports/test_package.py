"""The whole package, as a person and their tools find it."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import pyzipper

from bot.core import accounts, audit, cases, conversations, drafts
from bot.core.audit import AuditEntry
from bot.core.breaches import BreachNotice, Telling
from bot.core.cases import Right
from bot.core.conversations import Message
from bot.core.exports import facts
from bot.core.keys import SERVICE
from bot.core.policies.versions import PolicyNotice
from bot.core.ports import Tx
from bot.core.support import attachments, receiving
from bot.core.support.bans import Ban
from bot.core.support.four_eyes import Proposal
from bot.core.support.letters import Letter
from bot.storage.tables import metadata
from tests.core.exports.conftest import LONG, NOON, Desk
from tests.stage import FILES


def read_json(top: Path, name: str) -> Any:
    return json.loads((top / "data" / name).read_text("utf-8"))


async def test_export_json_keeps_to_the_schema_that_lies_beside_it(desk: Desk, tmp_path: Path) -> None:
    account = desk.do(lambda tx: tx.accounts.get(id=desk.subject))
    desk.do(lambda tx: cases.open_case(tx, account, Right.RECTIFICATION, text="My name is wrong."))
    desk.do(lambda tx: drafts.put(tx, "d", desk.subject, state="asking", data={"typed": "half a sen"}))
    desk.chat("Empty", [])
    desk.chat("Long \u202e \x00 </script>", LONG, kept=True)
    top = desk.unpack(tmp_path / "out")
    found = read_json(top, "export.json")
    schema = read_json(top, "schema/export.schema.json")
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker()).validate(found)
    by_title = {chat["title"]: chat for chat in found["conversations"]}
    assert [m["text"] for m in by_title["Long \u202e \x00 </script>"]["messages"]] == LONG
    assert by_title["Empty"]["messages"] == []
    assert [case["details"] for case in found["cases"]] == [{"text": "My name is wrong."}]
    assert found["drafts"][0]["data"] == {"typed": "half a sen"}
    assert found["telegram"][0]["id"] == "4711"
    assert [consent["given"] for consent in found["consents"]] == [False, True]


def write_letters(desk: Desk) -> str:
    """A letter with a picture, an answer of the team, and a draft that nobody sent; the case."""

    def write(tx: Tx) -> str:
        case = cases.open_case(tx, tx.accounts.get(id=desk.subject), Right.QUESTION)
        kept = attachments.keep(tx, desk.subject, FILES["jpg"])
        receiving.receive(tx, case, "Is <b>this</b> mine?", locale="en", attachment=kept.id)
        for number, (way, text) in enumerate((("out", "It is."), ("draft", "It is not."))):
            letter = Letter(f"z{number}", desk.subject, case.id, way, tx.clock.now(), author=4, source_message=7, text=text)
            tx.letters.add(letter)
        return case.id

    return desk.do(write)


async def test_letters_and_their_files_are_in_the_package(desk: Desk, tmp_path: Path) -> None:
    """Both ways, without who of the team wrote and without what was never sent; files beside, named by us, listed in the manifest."""
    ref = write_letters(desk)
    top = desk.unpack(tmp_path / "out")
    found = read_json(top, "export.json")
    schema = read_json(top, "schema/export.schema.json")
    jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker()).validate(found)
    own, teams = found["letters"]
    assert (own["case"], own["from"], own["text"], own["file"]) == (ref, "you", "Is <b>this</b> mine?", f"attachments/{ref}-1.jpg")
    assert (teams["from"], teams["text"], teams["file"]) == ("privacy team", "It is.", None)
    assert (top / "data" / own["file"]).read_bytes() == FILES["jpg"]
    assert f"data/{own['file']}" in (top / "manifest-sha256.txt").read_text()
    page = (top / "data" / "index.html").read_text("utf-8")
    assert "Is &lt;b&gt;this&lt;/b&gt; mine?" in page and "It is." in page and "It is not." not in page
    assert f'href="{own["file"]}"' in page
    assert "attachments" in (top / "data" / "README.txt").read_text()


async def test_what_the_desk_noted_is_in_the_package(desk: Desk, tmp_path: Path) -> None:
    """A ban, that the person was told of a policy, what two people decided: with reasons, without names."""
    now = NOON

    def note(tx: Tx) -> None:
        tx.bans.add(Ban(desk.subject, desk.subject, "flood", 3, now))
        tx.policy_notices.add(PolicyNotice(f"{desk.subject}:2027.1", desk.subject, "2027.1", now, now))
        tx.proposals.add(Proposal("p", desk.subject, "ASK-000000", "refuse", "unfounded", 3, now, now, details={"words": "secret"}))

    desk.do(note)
    top = desk.unpack(tmp_path / "out")
    found = read_json(top, "export.json")
    schema = read_json(top, "schema/export.schema.json")
    jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker()).validate(found)
    notes = found["notes"]
    assert notes["bans"] == [{"since": now.isoformat(), "reason": "flood"}]
    assert [each["version"] for each in notes["policy_notices"]] == ["2027.1"]
    assert [(each["kind"], each["outcome"]) for each in notes["decisions"]] == [("refuse", None)]
    assert "secret" not in json.dumps(found)


async def test_a_file_that_does_not_open_is_named(desk: Desk, tmp_path: Path) -> None:
    """It costs itself, not the copy."""
    ref = write_letters(desk)
    name = desk.do(lambda tx: tx.attachments.get(opened=False).id)
    desk.do(lambda tx: spoil(tx, "attachments", "content", name))
    top = desk.unpack(tmp_path / "out")
    missing = read_json(top, "incomplete.json")["missing"]
    assert {"what": f"attachments/{ref}-1.jpg", "reason": "unreadable"}.items() <= missing[-1].items()
    assert not (top / "data" / f"attachments/{ref}-1.jpg").exists()


CONVOVIZ = """
import json, sys
from datetime import datetime  # convoviz names it only for type checkers; pydantic 2.13 wants it to be there
from convoviz.models import Conversation, ConversationSet, Message, Node
for model in (Message, Node, Conversation, ConversationSet):
    model.model_rebuild(force=True, _types_namespace={"datetime": datetime})
print(json.dumps([
    {"title": chat.title, "began": chat.create_time.timestamp(), "leaves": chat.leaf_count, "markdown":
    chat.markdown,
     "count": chat.message_count("user", "assistant"), "text": chat.plaintext("user", "assistant")}
    for chat in ConversationSet.from_json(sys.argv[1]).array]))
"""


async def test_convoviz_reads_the_conversations(desk: Desk, tmp_path: Path) -> None:
    """A program that knows ChatGPT's exports, not ours. It wants a ZIP in its downloads to start."""
    desk.chat("Empty", [])
    desk.chat('Quotes " and \\ and 漢字', LONG, at=NOON + timedelta(days=1))
    spoiled = desk.chat("Spoiled", LONG, at=NOON + timedelta(days=2))
    desk.do(lambda tx: spoil(tx, "segments", "content", f"{spoiled}.000001"))
    top = desk.unpack(tmp_path / "out")
    (tmp_path / "Downloads").mkdir()
    (tmp_path / "Downloads" / "export.zip").write_bytes(desk.export())
    command = [sys.executable, "-c", CONVOVIZ, str(top / "data" / "conversations.json")]
    done = subprocess.run(command, capture_output=True, env={"HOME": str(tmp_path), "PATH": ""}, check=False)
    assert done.returncode == 0, done.stderr.decode()
    empty, long, torn = json.loads(done.stdout)
    assert (empty["count"], long["count"], torn["count"]) == (0, 600, 344)
    assert long["title"] == 'Quotes " and \\ and 漢字'
    assert long["text"].split("\n") == LONG
    assert (long["leaves"], torn["leaves"]) == (1, 1)
    assert long["began"] == (NOON + timedelta(days=1)).timestamp()
    assert "message 599" in long["markdown"]


async def test_article_15_is_answered_letter_by_letter(desk: Desk, tmp_path: Path) -> None:
    """From the policy's own data, with the rights and the authority of where the person lives."""
    found = read_json(desk.unpack(tmp_path / "out"), "art15.json")
    letters = {part["article"] for part in found.values() if isinstance(part, dict) and "article" in part}
    assert {f"15(1)({letter})" for letter in "abcdefgh"} | {"15(2)"} <= letters
    for part in found.values():
        if isinstance(part, dict) and "statements" in part:
            assert part["statements"]
            assert all("{" not in statement["text"] for statement in part["statements"])
    assert "GDPR Art. 16" in {statement["source"] for statement in found["rights"]["statements"]}
    assert {
        "record": "conversation",
        "keep_for": {"amount": 30, "unit": "days"},
        "because": "policy:faq",
    } in found["retention_rules"]


async def test_each_change_of_a_consent_has_its_receipt(desk: Desk, tmp_path: Path) -> None:
    top = desk.unpack(tmp_path / "out")
    found = [json.loads(file.read_text()) for file in (top / "data" / "consents" / "receipts").iterdir()]
    assert {(one["privacyDesk"]["event"], one["language"]) for one in found} == {
        ("withdrawn", "en"),
        ("given", "zh-Hans"),
    }
    assert {one["consentReceiptID"] for one in found} == {
        one["receipt"] for one in read_json(top, "export.json")["consents"]
    }


async def test_the_audit_excerpt_holds_the_persons_entries_and_nobody_elses(
    desk: Desk, tmp_path: Path
) -> None:
    """Each line proves itself: its hash is computed from what stands in it."""
    desk.do(lambda tx: accounts.create(tx, name="someone else"))
    pseudonym = desk.do(lambda tx: audit.pseudonym_of(tx, desk.subject))
    top = desk.unpack(tmp_path / "out")
    rows = [json.loads(line) for line in (top / "data" / "audit-excerpt.jsonl").read_text().splitlines()]
    expected: list[AuditEntry] = desk.do(lambda tx: tx.audit.select(subject=pseudonym))
    assert [row["number"] for row in rows] == [entry.number for entry in expected]
    assert len(rows) >= 4
    for row, entry in zip(rows, expected, strict=True):
        assert row["subject"] == pseudonym
        before = bytes.fromhex(row["before"])
        own = audit.entry_hash(
            row["number"],
            entry.at,
            row["tag"],
            row["actor"],
            row["subject"],
            row["ref"],
            row["details"],
            before,
        )
        assert own.hex() == row["hash"]


async def test_what_is_left_out_is_named_with_its_reason(desk: Desk, tmp_path: Path) -> None:
    found = read_json(desk.unpack(tmp_path / "out"), "incomplete.json")
    assert found["complete"] is True
    assert {"accounts.password_hash", "outbox", "subject_keys"} <= {row["what"] for row in found["missing"]}
    assert all(row["explanation"] for row in found["missing"])


async def test_breaches_that_concern_the_person_are_in_it_and_drills_are_not(desk: Desk, tmp_path: Path) -> None:
    """Which of their data lay open and when they were told, for programs and for people, whatever the schema allows."""
    for ref, drill in (("BRE-AAAAAA", False), ("BRE-BBBBBB", True)):
        telling = Telling(ref, SERVICE, 1, True, drill, 1, "EU", "contact", NOON)
        told = BreachNotice(f"{desk.subject}:{ref}", desk.subject, ref, "told", NOON, NOON, categories="contact")
        desk.do(lambda tx, one=telling, other=told: (tx.breach_tellings.add(one), tx.breach_notices.add(other)))  # type: ignore[misc]
    top = desk.unpack(tmp_path / "out")
    found = read_json(top, "export.json")
    assert found["breaches"] == [{"ref": "BRE-AAAAAA", "data": ["contact"], "told_at": NOON.isoformat()}]
    jsonschema.Draft202012Validator(read_json(top, "schema/export.schema.json")).validate(found)
    page = (top / "data" / "index.html").read_text("utf-8")
    assert "BRE-AAAAAA" in page and "The number of your Telegram account" in page and "BRE-BBBBBB" not in page


def test_no_table_with_a_subject_is_forgotten() -> None:
    """Art. 15(3): a new kind of record is exported or withheld with a reason, but never just missing."""
    with_subject = {table.name for table in metadata.sorted_tables if "subject" in table.c}
    named = facts.INCLUDED | {what.partition(".")[0] for what in facts.WITHHELD} | facts.OF_THE_SERVICE
    assert with_subject <= named


async def test_what_does_not_open_is_told_and_the_rest_is_delivered(desk: Desk, tmp_path: Path) -> None:
    """A damaged segment or title costs itself, not the copy."""
    good, bad = desk.chat("Good", ["hello"]), desk.chat("Bad", LONG)
    desk.do(lambda tx: spoil(tx, "segments", "content", f"{bad}.000001"))
    desk.do(lambda tx: spoil(tx, "conversations", "title", good))
    top = desk.unpack(tmp_path / "out")
    chats = {chat["id"]: chat for chat in read_json(top, "export.json")["conversations"]}
    assert (chats[good]["title"], len(chats[good]["messages"])) == ("", 1)
    assert [m["text"] for m in chats[bad]["messages"]] == LONG[:256] + LONG[512:]
    found = read_json(top, "incomplete.json")
    assert found["complete"] is False
    assert {row["what"] for row in found["missing"] if row["reason"] == "unreadable"} == {
        f"title {good}",
        f"segment {bad}.000001",
    }


def spoil(tx: Any, table: str, column: str, row: str) -> None:
    """Flip a bit of a sealed value behind the ciphers' back."""
    [(sealed,)] = tx.session.rows(f"SELECT {column} FROM {table} WHERE id = ?", (row,))
    broken = bytes(sealed[:-1]) + bytes([sealed[-1] ^ 1])
    tx.session.write(f"UPDATE {table} SET {column} = ? WHERE id = ?", (broken, row))


async def test_a_conversation_that_comes_in_between_is_told(desk: Desk, tmp_path: Path) -> None:
    """The three readings are not of one moment; where they differ, the package says so."""
    desk.chat("First", ["a"])
    added: list[str] = []

    def meanwhile(calls: int) -> None:
        if calls == 6:
            added.append(desk.chat("Second", ["b"]))

    desk.engine.calls, desk.engine.before = 0, meanwhile
    found = read_json(desk.unpack(tmp_path / "out"), "incomplete.json")
    assert added
    assert "changed" in {row["reason"] for row in found["missing"]}


async def test_a_conversation_longer_than_a_read_is_whole_and_in_order(desk: Desk, tmp_path: Path) -> None:
    """It comes in pages of segments; beside it, short ones come several in a read."""
    texts = [f"{number}" for number in range(6000)]
    for title, content in (("before", ["x"]), ("long", texts), ("after", ["y"])):
        desk.chat(title, content)
    found = {
        chat["title"]: chat
        for chat in read_json(desk.unpack(tmp_path / "out"), "export.json")["conversations"]
    }
    assert [message["text"] for message in found["long"]["messages"]] == texts
    assert {len(found["before"]["messages"]), len(found["after"]["messages"])} == {1}


async def test_many_conversations_that_began_at_one_instant_are_each_there_once(
    desk: Desk, tmp_path: Path
) -> None:
    """The key of a page is (start, id): equal starts neither repeat nor hide anything."""
    message = Message("user", "x", NOON)
    desk.do(
        lambda tx: [conversations.add(tx, desk.subject, f"chat {number}", [message]) for number in range(450)]
    )
    found = read_json(desk.unpack(tmp_path / "out"), "export.json")["conversations"]
    assert sorted(chat["title"] for chat in found) == sorted(f"chat {number}" for number in range(450))


async def test_the_same_content_at_the_same_time_gives_the_same_bytes(desk: Desk) -> None:
    desk.chat("Once", LONG)
    assert desk.export() == desk.export()


async def test_a_password_opens_the_package_and_nothing_else_does(desk: Desk) -> None:
    """AES-256, not the broken ZipCrypto; the first bytes of a member tell nothing."""
    desk.chat("Secret", ["the cat is called Mau"])
    content = desk.export(password="päss wörd")
    with pyzipper.AESZipFile(io.BytesIO(content)) as archive:
        [name] = [name for name in archive.namelist() if name.endswith("export.json")]
        assert all(info.wz_aes_strength == 3 for info in archive.infolist())
        with pytest.raises(RuntimeError):
            archive.read(name)
        with pytest.raises(RuntimeError):
            archive.read(name, b"wrong")
        assert "the cat is called Mau" in archive.read(name, "päss wörd".encode()).decode()
        archive.setpassword("päss wörd".encode())
        assert archive.testzip() is None
    with zipfile.ZipFile(io.BytesIO(content)) as plain, pytest.raises((RuntimeError, NotImplementedError)):
        plain.read(name)


async def test_unzip_finds_nothing_wrong_with_the_archive(desk: Desk, tmp_path: Path) -> None:
    """A program that knows nothing of ours; the members are written without seeking."""
    desk.chat("Once", LONG)
    (tmp_path / "p.zip").write_bytes(desk.export())
    done = subprocess.run(["unzip", "-tq", str(tmp_path / "p.zip")], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


async def test_progress_is_told_at_the_end_and_not_at_every_step(desk: Desk) -> None:
    """Each time it is told, a message in the chat changes."""
    desk.chat("Once", LONG)
    progress: list[float] = []
    desk.export(progress=progress)
    assert progress == [1.0]
