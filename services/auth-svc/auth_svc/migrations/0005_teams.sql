-- The team a member of staff works in, named by an operator's command. It goes into their tokens.
ALTER TABLE account
    ADD COLUMN team text,
    ADD CHECK (team IS NULL OR (relation_number IS NULL AND team ~ '^[a-z][a-z0-9-]{0,39}$'));
