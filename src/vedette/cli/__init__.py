"""The command `vedette`: one file a command."""
