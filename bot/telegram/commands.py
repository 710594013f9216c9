"""The commands that some flow knows. Anything else that begins with a slash is text: a letter or a password may."""

from __future__ import annotations

KNOWN = frozenset(
    {
        "start", "menu", "help", "privacy", "developer_info", "faq", "ask", "training", "export", "history", "clear",
        "delete", "status", "rights", "settings", "language", "forgetme", "cancel", "human", "restrict", "access", "report", "rectify",
    }
)  # fmt: skip

IN_GROUPS = frozenset(
    {
        "quiet", "setup", "team", "grant", "revoke", "queue", "mine", "due", "find", "reply", "hold", "lift", "stats", "register",
        "breach", "breaches", "ban", "unban", "policy",
    }
)  # fmt: skip
"""Known in groups only: in a private chat these are words like any other."""


def command_of(text: str, *, private: bool = True) -> str | None:
    """The known command that a text is, without slash and bot name; None for any other text."""
    if not text.startswith("/"):
        return None
    name = text.split(maxsplit=1)[0][1:].partition("@")[0].lower()
    return name if name in KNOWN or (name in IN_GROUPS and not private) else None
