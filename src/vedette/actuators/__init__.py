"""What moves in the world: locks, relays, servos; each has a safe state that it falls back to."""
