"""Pictures with labels, as they lie in folders and files."""
