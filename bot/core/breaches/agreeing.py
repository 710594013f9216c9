"""Telling people needs four eyes: what the officer proposes, somebody else agrees to, for the version that both looked at."""

from __future__ import annotations

from typing import Final

from bot.core.breaches import record
from bot.core.ports import Tx
from bot.core.staff import Member, Permission
from bot.core.support import four_eyes
from bot.core.support.four_eyes import Proposal

KIND: Final = record.TELLING


def propose(tx: Tx, member: Member, ref: str) -> Proposal:
    """The first pair of eyes. NotReadyError, ProposedAlreadyError, NotAllowedError."""
    breach = record.require_ready(tx, ref)
    return four_eyes.propose(tx, member, KIND, ref=ref, version=breach.version)


def _tell(tx: Tx, proposal: Proposal, member: Member) -> None:
    record.agree(tx, member, proposal.ref, (proposal.details or {}).get("version", 0))


four_eyes.register(KIND, _tell, propose=Permission.BREACH, agree=Permission.AGREE, officer=True)
