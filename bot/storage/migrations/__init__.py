"""Every schema the database ever had, and the way from each to the next. README.md says how to add one."""

from bot.storage.migrations.upgrade import HEAD, draft, migrate, revision_of

__all__ = ["HEAD", "draft", "migrate", "revision_of"]
