"""Networks and clips: what they are, where they come from, and whether the bytes are the right ones."""
