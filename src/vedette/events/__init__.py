"""What happened, recorded: life cycle and pictures."""
