"""Which pieces of a message are encoded, and how many: time is spent where meaning is.

The encoder takes about three milliseconds for a call and a fifteenth of one for each token, on one core. A short
message is read carefully (as written and in plain spelling, and clause by clause when it may hold two wishes); a long
one is read once as a whole, shortened to its two ends, and once by its sentences. Nothing read here costs more than
MOST_TOKENS, so that no text, however made, holds up the next person.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from bot.core.understanding.cues import Cues
from bot.core.understanding.normalise import LONG_MESSAGE, LONGEST_REMARK, sentences

MOST_TOKENS: Final = 84
CAREFUL_TOKENS: Final = 27
SPARING_TOKENS: Final = 20
SHORT_TOKENS: Final = 38
_WHOLE_SHARE: Final = 0.45
_FLOOD_SHARE: Final = 0.4
_MOST_CLAUSES: Final = 5
_MOST_SENTENCES: Final = 8

# Where one message may hold two wishes: a sentence end, or a joining word of any shipped language.
_JOINT: Final = re.compile(
    r"(?<=[.!?。])\s*|[,;，、]\s*|\s+(?:and|then|also|but first|plus|und|dann|danach|außerdem|sowie|y|luego|después|también|et|puis|"
    r"ensuite|e|poi|anche|inoltre|depois|também|en|dan|daarna|ook|i|oraz|potem|a potem|ve|sonra|ayrıca|и|потом|затем|"
    r"а также|ещё|еще|ثم|وبعدين|بعدها|كمان)\s+|\s+(?=و[\u0621-\u064a]{3})|然后|然後|并且|並且|同时|同時|"
    r"顺便|順便|接着|接著|再(?=[把给給帮幫发發])|したら|して、|てから|たあと|そして|それから|그리고|그다음|하고\s|(?<=[가-힣]고)\s|"
    r"แล้วก็|แล้วค่อย|และ|แล้ว|พร้อมทั้ง|ด้วย\s"
)
_WIDE: Final = re.compile(r"[\u1100-\u11ff\u3005-\u9fff\uac00-\ud7a3]|[\U00020000-\U0003ffff]")
_THAI: Final = re.compile(r"[\u0e00-\u0e7f]")


@dataclass(frozen=True, slots=True)
class Parts:
    """What is encoded of one message: the whole, its sentences when it is long, its clauses when it may wish twice."""

    whole: str
    sentences: list[str]
    clauses: list[str]
    careful: bool

    @property
    def texts(self) -> list[str]:
        return [self.whole, *self.sentences, *self.clauses]


def tokens_of(text: str) -> float:
    """About how many tokens the encoder will make of a text; a sign of Chinese, Japanese or Korean is most of one."""
    return 2 + 0.3 * len(text) + 0.4 * len(_WIDE.findall(text)) + 0.1 * len(_THAI.findall(text))


def _both_ends(text: str, tokens: float) -> str:
    """People give the circumstances first and ask last: both ends are kept, the end a little more of it."""
    cost = tokens_of(text)
    if cost <= tokens:
        return text
    keep = int(len(text) * tokens / cost)
    return f"{text[: 2 * keep // 5].strip()} {text[-3 * keep // 5 :].strip()}"


def _sentences(text: str, tokens: float) -> list[str]:
    """As many sentences of both ends as may be paid for, what is asked first, then the last; in the order of the text."""
    found = sentences(text)
    if len(found) < 2:
        return []
    order = sorted(range(len(found)), key=lambda at: ("?" not in found[at], min(2 * (len(found) - 1 - at), 2 * at + 1)))
    chosen: list[int] = []
    for at in order[:_MOST_SENTENCES]:
        tokens -= tokens_of(found[at])
        if chosen and tokens < 0:
            break
        chosen.append(at)
    return [_both_ends(found[at], MOST_TOKENS / 2) for at in sorted(chosen)]


def _clauses(text: str) -> list[str]:
    """The clauses of a message that may each wish for something."""
    pieces = [piece.strip() for piece in _JOINT.split(text) if piece and len(piece.strip()) > 5 - 3 * bool(_WIDE.search(piece))]
    return pieces if 2 <= len(pieces) <= _MOST_CLAUSES else []


def parts_of(text: str, marks: Cues) -> Parts:
    """The pieces of one normalised, readable text."""
    is_flood = len(text) > LONGEST_REMARK
    # What was cut from a flood is mostly noise, and noise makes twice the tokens of language.
    most = MOST_TOKENS * (_FLOOD_SHARE if is_flood else 1.0)
    found = _sentences(text, (1 - _WHOLE_SHARE) * most) if len(text) > LONG_MESSAGE else []
    if found:
        asked = " ".join(part for part in found if "?" in part) if is_flood else ""
        return Parts(_both_ends(asked or text, _WHOLE_SHARE * most), found, [], False)
    cost = tokens_of(text)
    wishes = _clauses(text) if cost <= SHORT_TOKENS and (marks.request or not marks.question_mark) else []
    return Parts(_both_ends(text, most), [], wishes, cost <= (SPARING_TOKENS if wishes else CAREFUL_TOKENS))
