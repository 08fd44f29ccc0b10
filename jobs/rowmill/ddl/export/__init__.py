"""A schema -> CREATE TABLE statements of any dialect."""

from rowmill.ddl.export.schema import Exported, export_schema

__all__ = ["Exported", "export_schema"]
