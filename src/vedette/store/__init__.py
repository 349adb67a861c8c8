"""What must outlive the process: the database, one file a table."""
