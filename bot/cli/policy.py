"""`policy check|diff`: whether a policy file can be published, and what a new version changes, before anybody is told."""

from __future__ import annotations

from pathlib import Path

from bot.core.policies import load_policy
from bot.core.policies.changes import compare
from bot.telegram.policy_changes import change_line


def check(file: Path) -> int:
    """0 when the file can be published. PolicyError says what is wrong and where."""
    policy = load_policy(file)
    day = f", holds from {policy.effective_on}" if policy.effective_on else ""
    print(f"{policy.title} {policy.version}{day}: {len(policy.promises)} promises, {len(policy.topics)} topics, {len(policy.rights)} rights")
    return 0


def diff(old: Path, new: Path) -> int:
    """Print what people would be told; 0 when nothing that was published changes, 1 when something does, as diff does it."""
    before, after = load_policy(old), load_policy(new)
    changes = compare(before, after)
    for change in changes:
        print(change_line(change.as_json(), after.values()).plain)
    return 1 if changes else 0
