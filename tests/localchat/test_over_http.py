"""The same over a real socket: a real aiogram session, every encoding, a webhook, and the page's own API."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Any

import aiohttp
import pytest
from aiogram import Bot
from aiogram.exceptions import (
    TelegramBadRequest,
    TelegramEntityTooLarge,
    TelegramNetworkError,
    TelegramRetryAfter,
)
from aiogram.types import BufferedInputFile
from aiohttp import web

from bot.localchat import LocalChat, Person, StandingClock, start_local_chat

pytestmark = pytest.mark.asyncio


class Page:
    """The page's calls, as a black-box test makes them."""

    def __init__(self, chat: LocalChat, http: aiohttp.ClientSession) -> None:
        self.chat = chat
        self.http = http

    async def post(self, path: str, values: dict[str, Any], **headers: str) -> tuple[int, Any]:
        headers = {"X-Chat-Key": self.chat.key, **headers}
        async with self.http.post(f"{self.chat.api_url}/chat/{path}", json=values, headers=headers) as answer:
            is_json = answer.content_type == "application/json"
            return answer.status, await answer.json() if is_json else await answer.text()

    async def act(self, who: str, what: str, **values: Any) -> Any:
        status, answer = await self.post("act", {"as": who, "do": what, **values})
        assert status == 200, answer
        return answer

    async def state(self, who: str) -> Any:
        headers = {"X-Chat-Key": self.chat.key}
        async with self.http.get(
            f"{self.chat.api_url}/chat/state", params={"as": who}, headers=headers
        ) as answer:
            return await answer.json()


async def test_a_conversation_over_the_wire(chat: LocalChat, http_bot: Bot) -> None:
    async with aiohttp.ClientSession() as http:
        page = Page(chat, http)
        await page.act("alice", "presses_start", payload="abc")
        (update,) = await http_bot.get_updates(timeout=5)
        assert update.message
        assert update.message.text == "/start abc"
        sent = await update.message.answer_document(BufferedInputFile(b"abc", "a.txt"), caption="<i>x</i>")
        assert sent.document
        fetched = await http_bot.download(sent.document)
        assert fetched
        assert fetched.read() == b"abc"
        private = (await page.state("alice"))["chats"][0]
        assert [message["text"] for message in private["messages"]] == ["/start abc", "x"]
        assert (await page.state("bob"))["chats"][0]["messages"] == []


async def test_json_urlencoded_and_query_are_read_alike(chat: LocalChat) -> None:
    chat.world.person("alice").presses_start()
    url = f"{chat.api_url}/bot{chat.world.token}/sendMessage"
    values = {"chat_id": 101, "text": "x"}
    async with aiohttp.ClientSession() as http:
        encodings: tuple[dict[str, Any], ...] = ({"json": values}, {"data": values}, {"params": values})
        for options in encodings:
            async with http.post(url, **options) as answer:
                assert (await answer.json())["result"]["text"] == "x"
        async with http.get(f"{chat.api_url}/botnonsense/getMe") as answer:
            assert (answer.status, await answer.json()) == (
                404,
                {"ok": False, "error_code": 404, "description": "Not Found"},
            )
        async with http.get(f"{chat.api_url}/bot42:wrong/getMe") as answer:
            assert answer.status == 401


async def test_errors_and_lost_lines_reach_aiogram(chat: LocalChat, http_bot: Bot) -> None:
    with pytest.raises(TelegramBadRequest, match="chat not found"):
        await http_bot.send_message(999, "x")
    chat.world.fail_next("getMe", error_code=429, retry_after=3)
    with pytest.raises(TelegramRetryAfter):
        await http_bot.get_me()
    chat.world.fail_next("getMe", error_code=0)
    with pytest.raises(TelegramNetworkError):
        await http_bot.get_me()
    chat.world.person("alice").presses_start()
    with pytest.raises(TelegramEntityTooLarge):
        await http_bot.send_document(101, BufferedInputFile(bytes(50 * 1024 * 1024 + 1), "big.zip"))


async def test_a_webhook_gets_each_update_again_until_it_says_2xx(chat: LocalChat, http_bot: Bot) -> None:
    got: list[tuple[int, str | None]] = []
    done = asyncio.Event()

    async def hook(request: web.Request) -> web.Response:
        got.append(
            ((await request.json())["update_id"], request.headers.get("X-Telegram-Bot-Api-Secret-Token"))
        )
        if len(got) == 3:
            done.set()
        return web.Response(status=500 if len(got) == 1 else 200)

    app = web.Application()
    app.router.add_post("/hook", hook)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    port = runner.addresses[0][1]
    await http_bot.set_webhook(f"http://127.0.0.1:{port}/hook", secret_token="s3cret")
    alice = chat.world.person("alice")
    alice.presses_start()
    alice.says("second")
    await asyncio.wait_for(done.wait(), 5)
    ids = [update_id for update_id, _ in got]
    assert ids[0] == ids[1]
    assert ids[2] == ids[1] + 1
    assert {secret for _, secret in got} == {"s3cret"}
    while (info := await http_bot.get_webhook_info()).pending_update_count:
        await asyncio.sleep(0.01)
    assert info.last_error_message == "Wrong response from the webhook: 500 Internal Server Error"
    await runner.cleanup()


async def test_the_page_is_closed_to_other_pages(chat: LocalChat) -> None:
    """No key, a foreign Origin, a foreign name for this machine: nothing moves."""
    async with aiohttp.ClientSession() as http:
        page = Page(chat, http)
        before = chat.world.now()
        assert (await page.post("clock", {"hours": 1}, **{"X-Chat-Key": "guess"}))[0] == 403
        assert (await page.post("clock", {"hours": 1}, Origin="http://evil.example"))[0] == 403
        assert (await page.post("clock", {"hours": 1}, Host="evil.example"))[0] == 403
        assert (await page.post("clock", {"hours": -1}))[0] == 409
        assert chat.world.now() == before
        assert (await page.post("clock", {"hours": 24}))[0] == 200
        assert (chat.world.now() - before).days == 1


async def test_the_bot_api_is_closed_to_browsers(chat: LocalChat) -> None:
    url = f"{chat.api_url}/bot{chat.world.token}/getMe"
    async with aiohttp.ClientSession() as http:
        for header in ({"Origin": "http://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
            async with http.post(url, headers=header) as answer:
                assert answer.status == 403


async def test_moving_the_clock_runs_what_fell_due_before_it_answers(clock: StandingClock) -> None:
    due: list[datetime] = []

    async def on_clock_moved(now: datetime) -> None:
        await asyncio.sleep(0.01)
        due.append(now)

    chat = await start_local_chat(
        token="42:x", clock=clock, people=[Person(1, "Alice")], on_clock_moved=on_clock_moved
    )
    async with aiohttp.ClientSession() as http:
        assert (await Page(chat, http).post("clock", {"hours": 168}))[0] == 200
    assert due == [clock.now()]
    await chat.stop()


async def test_a_file_is_given_only_to_who_can_see_it_and_never_as_a_page(chat: LocalChat) -> None:
    message = chat.world.person("alice").sends_file("evil.html", b"<script>alert(1)</script>")
    assert message.file
    url = f"{chat.api_url}/chat/files/{message.file.path}?key={chat.key}"
    async with aiohttp.ClientSession() as http:
        async with http.get(f"{url}&as=bob") as answer:
            assert answer.status == 404
        async with http.get(f"{url}&as=alice") as answer:
            assert answer.content_type == "application/octet-stream"
            assert answer.headers["Content-Disposition"] == "attachment"


async def test_nobody_learns_of_an_ephemeral_message_from_the_event_stream(chat: LocalChat) -> None:
    community = chat.world.group("Community")
    alice = chat.world.person("alice")
    chat.world.post(community, chat.world.bot.id, text="for alice", reader_id=alice.id, is_ephemeral=True)
    alice.says("for all", community)
    url = f"{chat.api_url}/chat/events?as=mallory&after=0&key={chat.key}"
    async with aiohttp.ClientSession() as http, http.get(url) as stream:
        seen = b""
        while b"for all" not in seen:
            seen += await stream.content.readline()
    assert b"for alice" not in seen
