"""What a person shows becomes a classifier, within milliseconds."""
