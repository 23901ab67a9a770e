-- What a declaration was before a file told something else of it: who was told so can be shown it.
CREATE TABLE former_declaration (
    declaration_number text        COLLATE "C" NOT NULL REFERENCES declaration,
    -- A declaration stays with its policy.
    policy_number      text        COLLATE "C" NOT NULL REFERENCES policy,
    practice           text        NOT NULL,
    treated_on         date        NOT NULL,
    received_on        date        NOT NULL,
    decided_on         date,
    paid_on            date,
    items              jsonb       NOT NULL,
    recorded_at        timestamptz NOT NULL,
    superseded_at      timestamptz NOT NULL,
    former_id          uuid        NOT NULL DEFAULT uuidv7() PRIMARY KEY
);
CREATE INDEX ON former_declaration (policy_number);
CREATE INDEX ON former_declaration (declaration_number);

-- By the database, whatever overwrites it: a row may have come after a statement looked.
CREATE FUNCTION keep_former_declaration() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO former_declaration
           (declaration_number, policy_number, practice, treated_on, received_on, decided_on, paid_on, items,
            recorded_at, superseded_at)
    VALUES (old.declaration_number, old.policy_number, old.practice, old.treated_on, old.received_on, old.decided_on,
            old.paid_on, old.items, old.recorded_at, new.recorded_at);
    RETURN NULL;
END;
$$;
CREATE TRIGGER keep_former AFTER UPDATE ON declaration
    FOR EACH ROW EXECUTE FUNCTION keep_former_declaration();
