"""Reading and writing DataFrames: CSV with its bad lines, and Parquet without renames."""
