"""Where something moves, so that only that is looked at."""
