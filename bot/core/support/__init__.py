"""The support desk: a team works cases in a group. What a case looks like there is a room; what was written, a letter.

No imports here: cases/ touches rooms, and everything else of this package knows cases.
"""
