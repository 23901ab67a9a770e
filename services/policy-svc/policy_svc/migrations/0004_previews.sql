-- A change that was shown to somebody, and is made by confirming it. Those that were confirmed stay: they are what the
-- customer agreed to. The others are deleted some time after they expire.
CREATE TABLE preview (
    preview_id      uuid        PRIMARY KEY,
    relation_number text        COLLATE "C" NOT NULL,
    -- NULL: it is about the customer's own data.
    policy_number   text        COLLATE "C" REFERENCES policy,
    -- Of the policy, or of the customer, that it was computed from.
    version         integer     NOT NULL,
    -- What was asked for, and what was shown.
    asked           jsonb       NOT NULL,
    shown           jsonb       NOT NULL,
    made_at         timestamptz NOT NULL,
    expires_at      timestamptz NOT NULL CHECK (expires_at > made_at),
    confirmed_at    timestamptz,
    -- What confirming led to: answered again whenever it is confirmed again.
    result          jsonb,
    CHECK ((confirmed_at IS NULL) = (result IS NULL))
);
CREATE INDEX preview_unconfirmed ON preview (expires_at) WHERE confirmed_at IS NULL;
