-- Quotes: what an insurance would cost, until when that holds, and which policy came of it. They are deleted some time
-- after they expire: what is insured stands in the policy.
CREATE TABLE quote (
    quote_id      uuid        PRIMARY KEY,
    kind          text        NOT NULL,
    -- As the terms of a policy in the event, from the day that was asked for.
    terms         jsonb       NOT NULL,
    made_at       timestamptz NOT NULL,
    valid_until   timestamptz NOT NULL CHECK (valid_until > made_at),
    policy_number text        COLLATE "C" REFERENCES policy
);
CREATE INDEX ON quote (valid_until);
