-- What was declared for pets and what came of it. Another system decides; here is what it told last.
CREATE TABLE declaration (
    declaration_number text        COLLATE "C" PRIMARY KEY,
    policy_number      text        COLLATE "C" NOT NULL REFERENCES policy,
    practice           text        NOT NULL,
    treated_on         date        NOT NULL,
    received_on        date        NOT NULL,
    -- NULL until it is decided.
    decided_on         date,
    paid_on            date,
    -- Each treatment: what was declared, what was paid of it, and why not all.
    items              jsonb       NOT NULL,
    recorded_at        timestamptz NOT NULL
);
CREATE INDEX ON declaration (policy_number, treated_on DESC, declaration_number DESC);
