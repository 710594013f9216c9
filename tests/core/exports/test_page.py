"""The page of a package: what stands in the file, and what a browser makes of it when it is opened from a
disk.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import AsyncIterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, async_playwright, expect

from bot.core.exports.pagedata import PageData, for_script
from tests.core.exports.conftest import Desk

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
HOSTILE = (
    "</script><script>alert(1)</script>",
    "<img src=x onerror=alert(2)>",
    "<!--<script>alert(3)",
    "\u202e\u2066 gnp.exe \u2028\u2029",
    "before\x00after",
    "']);alert(4);//",
    "${alert(5)} {{7*7}} $title",
    "<style>*{display:none}</style><base href='https://evil.example/'>",
)


class Sources(HTMLParser):
    """Everything in a page that may fetch something."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.found += [
            f"{tag} {name}" for name, _ in attrs if name in ("src", "href", "action", "data", "srcset")
        ]


def sources(html: str) -> Sources:
    parser = Sources()
    parser.feed(html)
    return parser


def html_of(top: Path) -> str:
    return (top / "data" / "index.html").read_text("utf-8")


async def test_the_page_asks_no_server_for_anything(desk: Desk, tmp_path: Path) -> None:
    """No address, no element that fetches, and a content security policy that forbids what is not ours."""
    desk.chat("First", ["hello", "Hi!"])
    html = html_of(desk.unpack(tmp_path / "out"))
    assert sources(html).found == []
    assert not re.search(r"https?://|//[a-z]+\.[a-z]", html)
    assert "url(" not in html
    assert "@import" not in html
    [csp] = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]+)"', html)
    assert csp.startswith("default-src 'none'; script-src 'sha256-")
    assert "unsafe" not in csp


@pytest.mark.parametrize(
    ("locale", "head"), [("ar", '<html lang="ar" dir="rtl">'), ("zh_Hans", '<html lang="zh-Hans" dir="ltr">')]
)
async def test_the_page_is_written_in_the_direction_of_its_language(
    desk: Desk, tmp_path: Path, locale: str, head: str
) -> None:
    top = desk.unpack(tmp_path / "out", locale)
    assert head in html_of(top)
    assert json.loads((top / "data" / "art15.json").read_text())["language"] == locale.replace("_", "-")


async def test_all_words_of_the_package_come_from_the_catalogue(desk: Desk, tmp_path: Path) -> None:
    """In the bracketed language a word without brackets came from elsewhere."""
    desk.chat("", [])
    top = desk.unpack(tmp_path / "out", "en_XA")
    shown = re.sub(r"<(script|style)\b.*?</\1>", "", html_of(top), flags=re.DOTALL)
    shown = re.sub(r"<bdi>[^<⟦]*</bdi>|<time.*?</time>", "", shown)  # data and dates
    words = re.sub(r"⟦[^⟧]*⟧|<[^>]*>|<!doctype html>", "", shown)
    assert words.split() == []
    readme = (top / "data" / "README.txt").read_text()
    names = {"index.html", "export.json", "conversations.json", "art15.json", "consents/receipts"}
    names |= {"audit-excerpt.jsonl", "incomplete.json"}
    assert set(re.sub(r"⟦[^⟧]*⟧", "", readme).split()) == names


async def test_nothing_a_person_wrote_becomes_markup(desk: Desk, tmp_path: Path) -> None:
    """CWE-79: the page with hostile words has the same elements as with harmless ones."""
    desk.chat("Title", ["a"] * 8)
    harmless = sources(html_of(desk.unpack(tmp_path / "harmless"))).tags
    desk.do(lambda tx: tx.segments.remove(subject=desk.subject))
    desk.do(lambda tx: tx.conversations.remove(subject=desk.subject))
    desk.chat(" ".join(HOSTILE), HOSTILE)
    desk.do(
        lambda tx: tx.accounts.update({"id": desk.subject, "subject": desk.subject}, name=" ".join(HOSTILE))
    )
    html = html_of(desk.unpack(tmp_path / "hostile"))
    assert sources(html).tags == harmless
    assert html.count("</script>") == harmless.count("script")


@pytest.mark.parametrize("text", HOSTILE)
def test_json_for_a_script_element_stays_the_same_json(text: str) -> None:
    """Escaping changes the spelling, never the value."""
    spelt = for_script(json.dumps(text, ensure_ascii=False))
    assert json.loads(spelt) == text
    assert not re.search("[<\u2028\u2029]", spelt)


def test_an_account_without_conversations_has_data_that_can_be_read() -> None:
    files, inline = PageData(lambda *_: None).finish()
    assert files == {"list": 1, "text": 1}
    assert {name: json.loads(content) for name, content in inline.items()} == {"list-1": [], "text-1": []}


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("there is no chromium on this machine")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        await browser.close()


async def opened(browser: Browser, top: Path) -> tuple[Page, list[str]]:
    """The page as it is after a double click on the file, and everything that went wrong or was asked for
    elsewhere.
    """
    page = await browser.new_page()
    trouble: list[str] = []
    page.on("dialog", lambda dialog: trouble.append(dialog.message))
    page.on("pageerror", lambda error: trouble.append(str(error)))
    page.on("console", lambda line: trouble.append(line.text) if line.type == "error" else None)
    page.on("request", lambda asked: None if asked.url.startswith("file:") else trouble.append(asked.url))
    await page.goto((top / "data" / "index.html").as_uri())
    return page, trouble


async def test_hostile_words_are_shown_as_words(desk: Desk, tmp_path: Path, browser: Browser) -> None:
    """In a real browser: no dialog, no error, every letter readable, and the search finds them."""
    desk.chat(" ".join(HOSTILE), HOSTILE)
    page, trouble = await opened(browser, desk.unpack(tmp_path / "out"))
    await page.click(".row")
    await page.wait_for_selector(".message")
    shown = await page.eval_on_selector_all(".message .text", "all => all.map(one => one.textContent)")
    assert shown == list(HOSTILE)
    await page.fill("#query", "ONERROR")
    await page.wait_for_selector("mark")
    assert await page.text_content("mark") == "onerror"
    assert await page.locator("#view img, #view script, #view style").count() == 0
    assert trouble == []


async def test_a_large_account_is_read_from_files_beside_the_page(
    desk: Desk, tmp_path: Path, browser: Browser
) -> None:
    """Files are fetched as they are needed: the list at once, the text when it is read or searched."""
    filler = "lorem ipsum " * 800
    for number in range(60):
        desk.chat(f"chat {number}", [f"{number}.{turn} {filler}" for turn in range(8)])
    desk.chat("the long one", [f"line {turn}" for turn in range(450)] + ["the needle </script>"])
    top = desk.unpack(tmp_path / "out")
    assert len(list((top / "data" / "page").glob("text-*.js"))) >= 4
    page, trouble = await opened(browser, top)
    await expect(page.locator(".row")).to_have_count(50)
    await page.click(".more")
    await expect(page.locator(".row")).to_have_count(61)
    await page.fill("#query", "needle")
    await page.wait_for_selector(".row mark")
    await page.click(".row")
    await page.wait_for_selector(".message.hit")
    assert await page.text_content(".message.hit .text") == "the needle </script>"
    await page.fill("#query", "no such word anywhere")
    await expect(page.locator("#status")).to_have_text("Nothing found.")
    assert trouble == []


async def test_the_page_says_what_to_do_when_it_has_nothing_to_show(
    desk: Desk, tmp_path: Path, browser: Browser
) -> None:
    """There are no conversations; or it was opened inside the ZIP, so the files beside it are not there."""
    page, trouble = await opened(browser, desk.unpack(tmp_path / "none"))
    await expect(page.locator("#status")).to_have_text("There are no conversations.")
    assert trouble == []
    for number in range(20):
        desk.chat(f"chat {number}", ["lorem ipsum " * 800] * 20)
    top = desk.unpack(tmp_path / "torn")
    shutil.rmtree(top / "data" / "page")
    page, _ = await opened(browser, top)
    await expect(page.locator("#status")).to_contain_text("unpack the whole ZIP")
