"""How an older database becomes a current one: one file a step, run by Alembic in one transaction."""
