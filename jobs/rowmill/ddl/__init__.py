"""DDL -> schema: detect the dialect, read the statements, prove that no column was lost, write the YAML."""
