"""A privacy desk that lives in a chat: a published policy that keeps its word."""
