"""Heads turn unit features into class scores; one file a kind."""
