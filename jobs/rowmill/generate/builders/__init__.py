"""From the words of the YAML to generators, by idea: every argument is checked here, before any row is made."""
