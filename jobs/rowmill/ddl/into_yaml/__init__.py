"""The schema -> YAML text: a new file, or an existing one in which all that people wrote is kept."""
