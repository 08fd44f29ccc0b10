"""Rowmill: any DDL in, trustworthy synthetic tables out.

Data flows one way: ddl -> schema -> plan -> generate -> sink -> hive.
"""
