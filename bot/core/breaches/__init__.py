"""Personal data breaches: recorded, told to whom they concern within the policy's time, reported and registered (Art. 33, 34)."""

from bot.core.breaches.breach import Breach, BreachNotice

__all__ = ["Breach", "BreachNotice"]
