"""What is done about it: one file a kind of action."""
