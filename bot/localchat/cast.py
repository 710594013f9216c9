"""The people and groups of the standalone chat. The program passes its own; these are for a first look."""

from __future__ import annotations

from .chats import GroupPlan
from .people import Person

PEOPLE = (
    Person(1001, "Alice", "Meyer", "alice", "en"),
    Person(1002, "Bob", "Okafor", "bob", "de"),
    Person(1003, "Layla", "Haddad", "layla", "ar"),
    Person(2001, "Anna", "Keller", "anna", "en", note="agent"),
    Person(2002, "Viktor", "Sorokin", "viktor", "ru", note="lead"),
    Person(2003, "Dana", "Roth", "dana", "en", note="dpo"),
    Person(2004, "Nils", "Berg", "nils", "en", note="agent"),
)
TEAM_GROUP = "Support desk"
GROUPS = (
    GroupPlan("Community", members=("alice", "bob", "layla"), creator="viktor", has_bot=True, is_forum=True),
    GroupPlan(
        TEAM_GROUP,
        members=("anna", "nils"),
        admins=("dana",),
        creator="viktor",
        is_forum=True,
        has_bot=True,
        bot_is_admin=True,
    ),
)
