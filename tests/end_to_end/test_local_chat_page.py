"""`make run` without a token: a newcomer opens the page and talks to the bot, in a real browser at a phone's width."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from tests.end_to_end.conftest import Program, free_port, until

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
_FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--no-first-run",
]  # fmt: skip


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine: apt-get install chromium")
@pytest.mark.filterwarnings("ignore")
async def test_a_newcomer_talks_to_the_bot_on_the_page(tmp_path: Path) -> None:
    """Start, menu, a flow with buttons, and Arabic from right to left; no error in the console."""
    from playwright.async_api import async_playwright

    program = Program(tmp_path, {"BOT_LISTEN": f"127.0.0.1:{free_port()}"})
    await program.start()
    try:
        await until(lambda: any("/chat/" in line for line in program.output))
        found = re.search(r"http://\S+", "".join(line for line in program.output if "/chat/" in line))
        assert found
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=_FLAGS)
            page = await browser.new_page(viewport={"width": 360, "height": 740})
            errors: list[str] = []
            page.on("pageerror", lambda error: errors.append(str(error)))
            await page.goto(found[0])
            start = page.locator("#composer button", has_text="Start")
            row = page.locator(".chat-row", has_text="Privacy bot")
            await start.or_(row).first.wait_for()
            if not await start.is_visible():
                await row.click()
            await start.click()
            await page.locator("#log").get_by_text("I am the privacy desk of Kimi").wait_for()
            await page.locator("#log button", has_text="Conversations").click()
            await page.locator("#log").get_by_text("Your conversations (").wait_for()
            await page.locator("#log button", has_text="Birthday dinner").click()
            await page.locator("#log").get_by_text("mushroom risotto").wait_for()
            shot = tmp_path / "page.png"
            await page.screenshot(path=str(shot))
            assert shot.stat().st_size > 20_000
            width = await page.evaluate("document.documentElement.scrollWidth")
            assert width <= 360, "nothing may stand out at a phone's width"
            assert not errors
            await browser.close()
    finally:
        assert await program.stop() == 0
