"""Two machines behind one webhook: folders of their own, and nothing in common but two databases and the root key."""

from __future__ import annotations

import asyncio
import base64
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from bot.localchat.clock import ShiftedClock
from bot.localchat.people import Person
from bot.localchat.server import LocalChat, start_local_chat
from tests.databases import POSTGRESQL, Databases
from tests.end_to_end.conftest import TOKEN, Program, free_port, until

NAMES = ("alice", "bob", "carol", "dave", "erin", "frank")
PEOPLE = tuple(Person(1001 + place, name.title(), "", name, "en") for place, name in enumerate(NAMES))
ANSWERS = {
    "/menu": "What would you like to do",
    "/help": "Write your question in your own words",
    "/status": "You have made no requests yet",
    "/settings": "Settings",
}
SECRET = "one-for-all"


class Balancer:
    """What stands in front of the processes: each update goes to one of them by chance, some to both; a dead one is passed over."""

    def __init__(self, ports: list[int], chance: random.Random) -> None:
        self._ports = ports
        self._chance = chance
        self.delivered: list[int] = []

    async def handle(self, request: web.Request) -> web.Response:
        body, headers = await request.read(), {"X-Telegram-Bot-Api-Secret-Token": SECRET}
        order = self._chance.sample(self._ports, len(self._ports))
        wanted = 2 if self._chance.random() < 0.3 else 1
        taken = 0
        async with aiohttp.ClientSession() as http:
            for port in order:
                if taken < wanted:
                    try:
                        async with http.post(f"http://127.0.0.1:{port}/hook", data=body, headers=headers) as answer:
                            taken += answer.status == 200
                    except aiohttp.ClientError:
                        continue
        if not taken:
            return web.Response(status=502)
        self.delivered.append((await request.json())["update_id"])
        return web.Response()


@asynccontextmanager
async def serving(handler: Any, port: int) -> AsyncIterator[None]:
    app = web.Application()
    app.router.add_post("/hook", handler)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    try:
        yield
    finally:
        await runner.cleanup()


class House:
    """Two programs behind one webhook."""

    def __init__(
        self, chat: LocalChat, programs: list[Program], balancer: Balancer, shared: dict[str, str], folder: Path
    ) -> None:
        self.chat, self.programs, self.balancer, self.shared, self.folder = chat, programs, balancer, shared, folder

    async def command(self, *arguments: str) -> None:
        """An operator's command, on a third machine."""
        program = Program(self.folder / "operator", self.shared)
        await program.start(*arguments)
        assert await program.wait() == 0, "".join(program.output)

    async def all_say(self, words: str, answer: str) -> None:
        """Everybody says something and hears an answer."""
        before = {name: len(self.says(name)) for name in NAMES}
        for name in NAMES:
            self.chat.world.person(name).says(words)
        await until(lambda: all(any(answer in said for said in self.says(name)[before[name] :]) for name in NAMES))

    async def ask(self, question: str) -> list[Any]:
        engine = create_async_engine(self.shared["BOT_DATABASE_URL"])
        try:
            async with engine.connect() as connection:
                return [tuple(row) for row in (await connection.execute(text(question))).all()]
        finally:
            await engine.dispose()

    def says(self, name: str) -> list[str]:
        """What the bot has said to a person, in order."""
        sees = self.chat.world.person(name).sees()
        return [message.words for message in sees if message.sender_id == self.chat.world.bot.id]

    def files(self, name: str) -> int:
        return sum(message.file is not None for message in self.chat.world.person(name).sees())

    async def handled_once(self) -> None:
        """Every update that was delivered is in the inbox once and done; each was answered from one process' transaction."""
        rows = await self.ask("SELECT state, count(*) FROM inbox GROUP BY state")
        assert rows == [("done", len(set(self.balancer.delivered)))]

    async def stop(self) -> None:
        for program in self.programs:
            if program.process is not None and program.process.returncode is None:
                await program.stop()
        for program in self.programs:
            assert not any("Traceback" in line for line in program.output), "".join(program.output)


@pytest.fixture
async def house(tmp_path: Path, databases: Databases) -> AsyncIterator[House]:
    """Both are up; everyone has pressed Start."""
    async with databases.url(POSTGRESQL, empty=True) as url, databases.key_store(POSTGRESQL) as keys:
        assert url is not None
        assert keys is not None
        chat = await start_local_chat(token=TOKEN, clock=ShiftedClock(), people=PEOPLE)
        front, ports = free_port(), [free_port(), free_port()]
        balancer = Balancer(ports, random.Random(7))
        shared = {
            "BOT_TOKEN": TOKEN,
            "BOT_API_URL": chat.api_url,
            "BOT_DATABASE_URL": url,
            "BOT_KEY_STORE_URL": keys,
            "BOT_ROOT_KEY": base64.b64encode(bytes(range(32))).decode(),
            "BOT_WEBHOOK_URL": f"http://127.0.0.1:{front}/hook",
            "BOT_WEBHOOK_SECRET": SECRET,
        }
        programs = [Program(tmp_path / str(port), shared | {"BOT_LISTEN": f"127.0.0.1:{port}"}) for port in ports]
        async with serving(balancer.handle, front):
            made = House(chat, programs, balancer, shared, tmp_path)
            try:
                await asyncio.gather(*(program.start() for program in programs))  # both make the tables: one waits
                for program in programs:
                    await until(lambda program=program: any("the desk is open" in line for line in program.output))
                for name in NAMES:
                    chat.world.person(name).presses_start()
                await until(lambda: all(made.says(name) for name in NAMES))
                yield made
            finally:
                for program in programs:
                    if program.process is not None and program.process.returncode is None:
                        await program.kill()
                await chat.stop()


async def test_two_processes_handle_everything_once_and_in_order(house: House) -> None:
    """Updates go to either or both; each is handled once, each chat's answers come in its order, each case is worked once."""
    chance = random.Random(3)
    expected = {name: [chance.choice(list(ANSWERS)) for _ in range(6)] for name in NAMES}
    for turn in range(6):
        for name in NAMES:
            house.chat.world.person(name).says(expected[name][turn])
    await until(lambda: all(len(house.says(name)) >= 7 for name in NAMES))
    for name in NAMES:
        heard = house.says(name)[1:]
        assert [[command for command, words in ANSWERS.items() if words in said] for said in heard] == [
            [command] for command in expected[name]
        ], heard
    for name in NAMES:
        house.chat.world.person(name).says("/export")
    await until(lambda: all("48 hours" in house.says(name)[-1] for name in NAMES))
    for name in NAMES:
        house.chat.world.person(name).taps("Request export")
    await until(lambda: all(house.files(name) for name in NAMES))
    await _keys_are_rotated_and_somebody_goes(house)
    await asyncio.sleep(1)
    await house.stop()
    await house.handled_once()
    assert [house.files(name) for name in NAMES] == [1] * len(NAMES)
    assert await house.ask("SELECT count(*) FROM audit WHERE tag = 'export:built'") == [(len(NAMES),)]
    exports = await house.ask("SELECT state, count(*) FROM work WHERE kind = 'export' GROUP BY state")
    assert exports == [("done", len(NAMES) - 1)], "hers went with her"
    assert await house.ask("SELECT count(*) FROM certificates") == [(1,)]
    assert await house.ask("SELECT count(*) FROM outbox WHERE state <> 'done'") == [(0,)]
    shared = [file.name for folder in house.programs for file in folder.folder.rglob("*") if file.is_file()]
    assert {name.partition(".")[0] for name in shared} == {"checkpoints-eu"}, "no key, no ledger, no directory"


async def _keys_are_rotated_and_somebody_goes(house: House) -> None:
    """While both serve: nobody notices the first, and both know of the second at once."""
    await house.command("keys", "rotate", "epoch")
    await house.all_say("/menu", ANSWERS["/menu"])
    await house.command("keys", "rotate", "region")
    await house.all_say("/help", ANSWERS["/help"])
    alice = house.chat.world.person("alice")
    alice.says("/forgetme")
    await until(lambda: "This happens at once" in house.says("alice")[-1])
    alice.taps("Erase it")
    await until(lambda: "This bot holds nothing about you any more" in house.says("alice")[-1])
    gone = "This bot holds nothing about you."
    for number in range(1, 7):
        alice.says("/forgetme")
        await until(lambda number=number: house.says("alice").count(gone) == number)


async def test_when_one_is_killed_the_other_takes_over(house: House) -> None:
    """kill -9 in the middle of exports and answers: after the leases everything is done by the other, and once."""
    house.chat.world.fail_next("sendDocument", error_code=502, times=1000)  # exports are built but cannot leave yet
    for name in NAMES:
        house.chat.world.person(name).says("/export")
    await until(lambda: all("48 hours" in house.says(name)[-1] for name in NAMES))
    for name in NAMES:
        house.chat.world.person(name).taps("Request export")
    for name in NAMES:
        house.chat.world.person(name).says("/menu")
    await house.programs[0].kill()
    house.chat.world.faults.clear()
    await until(lambda: all(house.files(name) for name in NAMES), seconds=90)
    await until(lambda: all(any(ANSWERS["/menu"] in said for said in house.says(name)) for name in NAMES))
    assert await house.programs[1].stop() == 0
    await house.handled_once()
    assert await house.ask("SELECT count(*) FROM audit WHERE tag = 'export:built'") == [(len(NAMES),)]
    assert await house.ask("SELECT count(*) FROM work WHERE kind = 'export' AND state <> 'done'") == [(0,)]
    # Only what was being sent at that moment may come twice.
    assert all(house.files(name) <= 2 for name in NAMES)
