"""One YAML file, with what the environment adds, becomes the settings of everything."""
