"""Rows in, Arrow out. Pure functions of the row number: no Spark, no files, no network."""
