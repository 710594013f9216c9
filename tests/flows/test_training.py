"""Opting out of training and back in."""

from __future__ import annotations

from tests.stage import Stage


async def test_a_person_asks_and_opts_out_of_training(stage: Stage) -> None:
    """The question starts nothing; the button does; the receipt stays."""
    await stage.plays("""
        alice: /start
        bot:   Hello! I am the privacy desk of Kimi. ...
        alice: /training
        bot:   Model training is on for your conversations. ... What you write to this bot is never used for training.  [Opt out now] [Menu]
        alice: [Opt out now]
        bot:   Done. From 23 March 2026 09:00 UTC on, your conversations are not used to train models. ... Receipt: case TRN-... You can turn training back on at any time.  [My requests] [Menu]
        alice: do you train on my chats?
        bot:   Your conversations are not used to train models. Your setting: off since 23 March 2026. Yes. By default Kimi may use chat data to train its models. ...  [Allow training] [Details] ...
        alice: /training
        bot:   Model training is off for your conversations, since 23 March 2026 09:00 UTC. ...  [Turn training on] [Menu]
        alice: [Turn training on]
        bot:   Done. From 23 March 2026 09:00 UTC on, your conversations may be used to train models again. ...
        alice: /status
        bot:   Your requests TRN-... · Training setting · done TRN-... · Training setting · done  [...] [...] [Menu]
    """)
