"""What is said of a table or a column: COMMENT, BigQuery's description, SQL Server's extended properties."""

from __future__ import annotations

from rowmill.ddl.dialects import Dialect
from rowmill.ddl.reading.cursor import Cursor, pieces
from rowmill.ddl.reading.draft import Drafts
from rowmill.ddl.reading.lexer import QUOTED, STRING, Tokens, literal
from rowmill.ddl.reading.scope import Scope

# The arguments of sp_addextendedproperty, in its own order.
_PROPERTY = (
    "@name",
    "@value",
    "@level0type",
    "@level0name",
    "@level1type",
    "@level1name",
    "@level2type",
    "@level2name",
)


def comment_text(cursor: Cursor, dialect: Dialect) -> str | None:
    """The text after COMMENT [= | IS], with the cursor after it; None where none follows."""
    if not cursor.accept("="):
        cursor.accept("IS")
    texts: list[str] = []
    while cursor.peek().kind == STRING or (cursor.peek().kind == QUOTED and not texts):
        texts.append(literal(cursor.take(), dialect))
    return "".join(texts) if texts else None


def description(inside: Tokens, scope: Scope) -> tuple[str | None, str]:
    """What stands in BigQuery's OPTIONS (...): the description, and the text of all others."""
    text, kept = None, []
    for piece in pieces(inside):
        if piece[0].is_word("DESCRIPTION") and len(piece) == 3:
            text = literal(piece[2], scope.dialect)
        else:
            kept.append(scope.text(piece))
    return text, ", ".join(kept)


def comment_on(scope: Scope, drafts: Drafts) -> None:
    """COMMENT ON TABLE | COLUMN ... IS '...'; of a view or of another file's table it says nothing here.

    Raises DDLError for a column that its table doesn't have.
    """
    cursor = Cursor(scope.statement.tokens, 2)
    on_table = cursor.take().is_word("TABLE")
    while cursor.accept_any("IF", "EXISTS"):
        pass
    parts = cursor.parts()
    said = cursor.peek(1)
    text = literal(said, scope.dialect) if cursor.at("IS") and said.kind in (STRING, QUOTED) else None
    draft = drafts.find(".".join(parts if on_table else parts[:-1]))
    if draft is None:
        return
    if on_table:
        draft.comment = text
    else:
        draft.change(parts[-1], scope.where, "comment", comment=text)


def described(scope: Scope, drafts: Drafts) -> None:
    """SQL Server's sp_addextendedproperty: MS_Description is the comment of a table or a column."""
    given = _arguments(scope)
    if given.get("@name", "").upper() != "MS_DESCRIPTION" or given.get("@level1type", "").upper() != "TABLE":
        return
    draft = drafts.find(f"{given.get('@level0name', '')}.{given.get('@level1name', '')}".strip("."))
    if draft is None:
        return
    column = given.get("@level2name")
    if not column:
        draft.comment = given.get("@value")
    elif given.get("@level2type", "").upper() == "COLUMN" and any(c.name == column for c in draft.columns):
        draft.change(column, draft.where, comment=given.get("@value"))


def _arguments(scope: Scope) -> dict[str, str]:
    """The arguments of a procedure's call, given by name or by place."""
    named: dict[str, str] = {}
    plain: list[str] = []
    for piece in pieces(scope.statement.tokens[2:]):
        strings = [token for token in piece if token.kind == STRING]
        if not strings:
            plain.append("")
        elif piece[0].text.startswith("@"):
            named[piece[0].text.lower()] = literal(strings[-1], scope.dialect)
        else:
            plain.append(literal(strings[-1], scope.dialect))
    return {**dict(zip(_PROPERTY, plain, strict=False)), **named}
