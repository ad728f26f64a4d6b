"""The conversation: its state, what to ask next, and who drives it."""
