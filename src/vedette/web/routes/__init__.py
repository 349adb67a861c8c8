"""What is answered, one noun a file."""
