"""Exports: everything that is held about a person, as a package they can read and take away."""

from bot.core.exports.package import (
    JOB,
    PART_BYTES,
    Chunk,
    Package,
    ask,
    build_job,
    destroy,
    destroy_due,
    latest,
    part,
    send_again,
)

__all__ = [
    "JOB",
    "PART_BYTES",
    "Chunk",
    "Package",
    "ask",
    "build_job",
    "destroy",
    "destroy_due",
    "latest",
    "part",
    "send_again",
]
