"""A plain document as PDF: headings, paragraphs, a watermark. The same document gives the same bytes.

The font has no Chinese, Japanese, Korean or Thai: whoever makes a document asks `can_print` and says in another language, or
elsewhere, what cannot be printed; nobody is shown empty boxes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from bot.telegram.fonts import font_file, has_glyphs

if TYPE_CHECKING:
    from fpdf import FPDF

_MARGIN, _LINE, _BASE = 20.0, 5.6, 10.5
_INK, _FAINT, _MARK = (32, 38, 45), (90, 100, 112), (214, 219, 224)


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what stands below it, paragraph by paragraph."""

    heading: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """Ready to print. `watermark` lies behind every page, `footer` stands at its end before the page's number."""

    title: str
    under_title: tuple[str, ...]
    sections: tuple[Section, ...]
    footer: str
    made_at: datetime
    rtl: bool = False
    watermark: str = ""


def can_print(texts: Iterable[str]) -> bool:
    """Whether the font has every letter."""
    return all(map(has_glyphs, texts))


def words_of(document: Document) -> list[str]:
    """Everything that would be printed."""
    sections = (text for section in document.sections for text in (section.heading, *section.paragraphs))
    return [document.title, *document.under_title, *sections, document.footer, document.watermark]


def print_pdf(document: Document) -> bytes:
    """Slow: from a thread, never in a transaction."""
    page = _page(document)
    align: Any = "R" if document.rtl else "L"

    def say(text: str, size: float, *, bold: bool = False, colour: tuple[int, int, int] = _INK, after: float = 1.4) -> None:
        page.set_font("body", "B" if bold else "", size)
        page.set_text_color(*colour)
        page.multi_cell(0, _LINE * size / _BASE, text, align=align, new_x="LMARGIN", new_y="NEXT")
        page.ln(after)

    say(document.title, 17, bold=True, after=2)
    for line in document.under_title:
        say(line, 9.5, colour=_FAINT, after=0.4)
    for section in document.sections:
        page.ln(3.5)
        if page.will_page_break(4 * _LINE):  # a heading never stands alone at the end of a page
            page.add_page()
        say(section.heading, 12, bold=True, after=1)
        for paragraph in section.paragraphs:
            say(paragraph, _BASE)
    return bytes(page.output())


def _page(document: Document) -> FPDF:
    from fpdf import FPDF

    class Page(FPDF):
        def header(self) -> None:
            if not document.watermark:
                return
            self.set_font("body", "B", 96)
            self.set_text_color(*_MARK)
            with self.rotation(55, self.w / 2, self.h / 2):
                self.set_xy(0, self.h / 2 - 20)
                self.cell(self.w, 40, document.watermark, align="C")
            self.set_xy(self.l_margin, self.t_margin)

        def footer(self) -> None:
            self.set_y(-15)
            self.set_font("body", "", 8)
            self.set_text_color(*_FAINT)
            self.cell(0, 6, f"{document.footer} · {self.page_no()}/{{nb}}", align="C")

    page = Page(format="A4")
    page.set_creation_date(document.made_at)
    page.set_title(document.title)
    page.add_font("body", "", font_file())
    page.add_font("body", "B", font_file(bold=True))
    page.set_text_shaping(use_shaping_engine=True)
    page.set_margins(_MARGIN, _MARGIN, _MARGIN)
    page.set_auto_page_break(auto=True, margin=22)
    page.alias_nb_pages()
    page.add_page()
    return page
