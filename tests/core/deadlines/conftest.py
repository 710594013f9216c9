"""The shipped policy, and instants named by their local day."""

from __future__ import annotations

import pytest

from bot.core.policies import Policy, load_policy


@pytest.fixture(scope="session")
def policy() -> Policy:
    """The policy that the project ships with."""
    return load_policy()
