"""Personal data breaches: recorded, told to whom they concern within the policy's time, reported and registered (Art. 33, 34).

    fields      the record's fields and what may stand in them
    record      begun, filled, opened, amended, agreed to, closed
    agreeing    four eyes for what people would read
    watching    at home: what the regions are told to do, and what they report back
    finding     in each region: whom it concerns; traces: how that is known
    telling     in each region: telling them, each once
    reached     who comes back, and what arrived
    wanting     what is wanted of these jobs
    clock       warnings while the promise's time runs
    reporting   to the authorities (Art. 33(3))
    register    of all breaches (Art. 33(5))
"""

from bot.core.breaches.breach import Breach, BreachNotice, NoticeState, Risk, Status, Telling

__all__ = ["Breach", "BreachNotice", "NoticeState", "Risk", "Status", "Telling"]
