-- That a claim which waits for a person is taken up in time, and whether that held. Never deleted.
CREATE TABLE promise (
    claim_id  uuid        NOT NULL REFERENCES claim,
    made_at   timestamptz NOT NULL,
    due_at    timestamptz NOT NULL,
    batch_id  uuid        NOT NULL,                         -- of the promises made together: one timer looks at all
    warned_at timestamptz,                                  -- when it was about to break and the customer was told
    kept_at   timestamptz,                                  -- when somebody began with the claim, or it needed nobody
    broken_at timestamptz,
    PRIMARY KEY (claim_id, made_at)
);
CREATE UNIQUE INDEX promise_open ON promise (claim_id) WHERE kept_at IS NULL;
CREATE INDEX promise_of_batch ON promise (batch_id) WHERE kept_at IS NULL;
