"""A DDL text -> drafts of tables: statements, their items, what each says, and the proof that none was lost."""
