"""Moving a person to another region: the policy says where the data of a jurisdiction lies, and it lies nowhere else.

    wanted → begun → copied → sealed → switched → carried → removed → done

    names.py     what is called differently on the other side
    parcel.py    cases and audit history, packed so that neither side acts on them while they are on the road
    copying.py   copy, prove and remove, one small transaction after another
    job.py       the steps, each of which may be done again
    replay.py    after a restore: nobody who moved away is here again
"""

from bot.core.moving.job import Road, make_move_job, make_settle_job
from bot.core.moving.replay import replay

__all__ = ["Road", "make_move_job", "make_settle_job", "replay"]
