-- Reviews that customers asked for: a person who decided nothing of it before looks at a decision again.
CREATE TABLE review (
    review_id     uuid        PRIMARY KEY,
    claim_id      uuid        NOT NULL REFERENCES claim,
    claim_version integer     NOT NULL,                     -- of the decision that is looked at again
    rulings_before integer    NOT NULL,                     -- of the claim: who made them cannot end the review
    reason        text        NOT NULL,                     -- in the words of who asked
    opened_as     text        NOT NULL,                     -- the role of who asked
    opened_at     timestamptz NOT NULL,
    due_at        timestamptz NOT NULL,
    ended_as      text CHECK (ended_as IN ('upheld', 'overturned', 'withdrawn')), -- null: it is open
    ended_at      timestamptz,
    ended_by      text,                                     -- the account of who did; null: it ended with the claim
    answer        text,                                     -- to the customer, in the words of who ended it
    CHECK ((ended_as IS NULL) = (ended_at IS NULL))
);
CREATE UNIQUE INDEX review_open ON review (claim_id) WHERE ended_as IS NULL;
CREATE INDEX review_of_claim ON review (claim_id, opened_at);
