"""The team's group in words and calls: what a room shows, what is said there, who is speaking."""
