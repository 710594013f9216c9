"""Exports: everything that is held about a person, as a package they can read and take away."""

from bot.core.exports import links
from bot.core.exports.links import DownloadLink
from bot.core.exports.package import (
    JOB,
    PART_BYTES,
    Chunk,
    Package,
    arrived,
    ask,
    destroy,
    destroy_due,
    get_ready,
    latest,
    make_build_job,
    part,
    ready_of,
    send_again,
)
from bot.core.exports.texts import PackageTexts

__all__ = [
    "JOB",
    "PART_BYTES",
    "Chunk",
    "DownloadLink",
    "Package",
    "PackageTexts",
    "arrived",
    "ask",
    "destroy",
    "destroy_due",
    "get_ready",
    "latest",
    "links",
    "make_build_job",
    "part",
    "ready_of",
    "send_again",
]
