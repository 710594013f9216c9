"""What the flows share at Telegram's edge: texts, replies, middlewares, the inbox and the sender."""
