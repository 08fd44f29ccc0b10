"""What a table is: its model, its types, its YAML."""
