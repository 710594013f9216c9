"""The page in a real browser, as wide as a phone."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from aiogram import Bot
from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup
from playwright.async_api import async_playwright, expect

from bot.localchat import LocalChat

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
SWITCHES = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]

pytestmark = [
    pytest.mark.asyncio,
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium found: apt-get install -y chromium"),
]


async def run_counter(bot: Bot) -> None:
    """A bot of three lines: a button that counts its taps."""
    offset, taps = 0, 0
    while True:
        for update in await bot.get_updates(offset=offset, timeout=20):
            offset = update.update_id + 1
            keyboard = InlineKeyboardMarkup(
                inline_keyboard=[[InlineKeyboardButton(text="Count", callback_data="count", style="primary")]]
            )
            if update.message and update.message.text == "forget this":
                await update.message.delete()
            elif update.message:
                await update.message.answer("<b>Tapped</b> 0 times", reply_markup=keyboard)
            elif update.callback_query:
                taps += 1
                await update.callback_query.answer("Counted")
                where = update.callback_query.message
                assert where
                await bot.edit_message_text(
                    f"<b>Tapped</b> {taps} times",
                    chat_id=where.chat.id,
                    message_id=where.message_id,
                    reply_markup=keyboard,
                )


@pytest_asyncio.fixture
async def counter(http_bot: Bot) -> AsyncIterator[None]:
    task = asyncio.create_task(run_counter(http_bot))
    yield
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


@pytest.mark.usefixtures("counter")
async def test_a_person_taps_a_button_and_sees_the_edit(
    chat: LocalChat, http_bot: Bot, tmp_path: Path
) -> None:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=SWITCHES)
        page = await browser.new_page(viewport={"width": 360, "height": 740})
        page.set_default_timeout(8000)
        complaints: list[str] = []
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)
        outside: list[str] = []
        page.on(
            "request", lambda ask: outside.append(ask.url) if not ask.url.startswith(chat.api_url) else None
        )

        await page.goto(chat.page_url)
        await page.get_by_role("button", name="Privacy bot").click()
        await page.get_by_role("button", name="Start", exact=True).click()
        await page.get_by_role("button", name="Count").click()
        await expect(page.locator(".message", has_text="Tapped 1 times")).to_be_visible()
        await expect(page.get_by_text("Counted")).to_be_visible()
        await expect(page.locator(".message .meta", has_text="edited")).to_be_visible()

        field = page.get_by_role("textbox", name="Message")
        await field.fill("forget this")
        await field.press("Enter")
        await expect(page.locator(".message", has_text="forget this")).to_have_count(0)

        too_wide = await page.evaluate("document.documentElement.scrollWidth > innerWidth")
        picture = tmp_path / "local-chat.png"
        await page.screenshot(path=picture)
        await browser.close()
    assert not too_wide
    assert picture.stat().st_size > 5000
    assert complaints == []
    assert outside == []
