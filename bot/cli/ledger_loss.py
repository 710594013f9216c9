"""What `restore --ledger-lost` says before it gives a ledger up, and how that has to be agreed to."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bot.core.erasure import loss
from bot.core.erasure.ledger import Entry, Ledger
from bot.core.errors import LedgerError
from bot.core.policies import Policy

SENTENCE = "erased people may come back"
ERASURES, MOVES = "erasures", "moves"
_COMES_BACK = {ERASURES: "people who were erased", MOVES: "people who moved to another region"}


def broken_of(ledgers: Mapping[str, Ledger]) -> dict[str, LedgerError]:
    """Which ledgers are not whole, and how."""
    found: dict[str, LedgerError] = {}
    for kind, ledger in ledgers.items():
        try:
            ledger.entries()
        except LedgerError as error:
            found[kind] = error
    return found


def explain(region: str, lost: Mapping[str, str], policy: Policy, epochs: list[int]) -> None:
    """In plain words, before anything is touched."""
    kept = policy.safeguards.backup_kept
    back = " and ".join(_COMES_BACK[kind] for kind in lost)
    print(f"A ledger of region {region} is lost:")
    for reason in lost.values():
        print(f"  {reason}")
    print("Look for it first: on the other disk, in the copies of the key store, on the machine of before.")
    print("If you go on, this is what cannot be known any more, by anybody:")
    print(f"  - {back}, where the lost lines named them. A backup from before the loss may hold them, and then they")
    print("    come back as if they had never asked; nothing tells who they are.")
    print(f"  - Their data keys are gone only where the epoch key is gone: all before epoch {min(epochs)}. What a later epoch wrapped can be")
    print(f"    opened until that epoch's key is destroyed, {kept.amount} {kept.unit.value} after its end.")
    print("What stays: in the database that is in place whoever was erased is erased; certificates, and lines that are whole.")
    print("That it was lost goes into the new ledger and the audit trail for good; `check` and `report` tell of it. The old lines are")
    print("kept aside. A backup from before the loss asks for this again.")


def is_agreed(agreed: bool, ask: Callable[[str], str] = input) -> bool:
    """By the option, or by typing the sentence. Nobody there to type it is a no."""
    if agreed:
        return True
    try:
        return ask(f"Type “{SENTENCE}” to go on: ").strip() == SENTENCE
    except EOFError:
        return False


def told(region: str, kind: str, each: Entry) -> str:
    """One line about a loss that was accepted."""
    when = f"{each.requested_at:%Y-%m-%d %H:%M}"
    return (
        f"the ledger of {kind} of {region} was lost, which was accepted on {when} ({loss.left_of(each)} of {loss.known_of(each)} lines"
        f" were left): a backup from before may bring back {_COMES_BACK[kind]}"
    )
