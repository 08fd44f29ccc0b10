"""One column's item: its name, its type, and what its attributes say. What no table knows is left for the parser."""

from __future__ import annotations

from rowmill.ddl.reading.attribute_words import heads_of
from rowmill.ddl.reading.column import AttributeReader, Column
from rowmill.ddl.reading.cursor import Cursor
from rowmill.ddl.reading.lexer import STRING, Tokens, word_set
from rowmill.ddl.reading.outline import first_name
from rowmill.ddl.reading.scope import Scope
from rowmill.ddl.reading.type_text import type_end

# Only these attributes may follow the name of a column that has no type: other words may be types.
_NEVER_TYPES = word_set(
    "NOT NULL DEFAULT COMMENT COLLATE ENCODE",
    "CONSTRAINT PRIMARY UNIQUE REFERENCES CHECK",
    "GENERATED AS IDENTITY AUTO_INCREMENT MATERIALIZED ALIAS",
)


class ColumnReader(AttributeReader):
    """Reads the columns' items of one statement."""

    def __init__(self, scope: Scope) -> None:
        super().__init__(scope, heads_of(scope.dialect))

    def read(self, item: Tokens) -> Column:
        """The column that an item defines. Raises DDLError for a reference that can't be read."""
        cursor = Cursor(item, 1)
        end = 1 if len(item) < 2 or self._typeless(cursor) else type_end(item, 1, self.dialect)
        column = Column(first_name(item), tuple(item[1:end]))
        cursor.i = end
        while not cursor.done:
            start = cursor.i
            handler = self.handler(cursor)
            if handler is None or not handler(self, cursor, column):
                column.left += item[start:]
                break
        return column

    def _typeless(self, cursor: Cursor) -> bool:
        """Whether an attribute follows the name at once: a computed column, or SQLite's columns of any type."""
        word = cursor.peek().upper
        return (
            word in _NEVER_TYPES
            and (word != "COMMENT" or cursor.peek(1).kind == STRING)
            and self.handler(cursor) is not None
        )
