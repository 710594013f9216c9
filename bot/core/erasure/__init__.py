"""Erasure that survives: a ledger outside the database, durable steps, a check that nothing is left, a signed certificate.

    ledger.py       who was erased, without saying who; kept apart from every backup
    sources.py      where a person's data can be, and how each place is emptied
    job.py          claim → ledger → every source → shred → compact → verify → certify, each a durable step
    holds.py        a legal hold stops the destruction and nothing else
    certificate.py  what the person gets and anyone can check
    replay.py       after a restore: everyone in the ledger is erased again before anything runs
"""
