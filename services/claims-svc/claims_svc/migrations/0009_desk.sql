-- What people did at the desk, in their order. Never changed: the timeline reads it.
CREATE TABLE desk_action (
    claim_id uuid        NOT NULL REFERENCES claim,
    kind     text        NOT NULL,                          -- taken, released, asked, ruled, ...
    done_by  text,                                          -- the account of who did it; null: nobody, time or an event
    role     text        NOT NULL,
    reason   text,                                          -- in the words of who did it
    details  json        NOT NULL,
    done_at  timestamptz NOT NULL,
    place    bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY
);
CREATE INDEX desk_action_of_claim ON desk_action (claim_id, place);
CREATE TRIGGER desk_action_is_final BEFORE UPDATE OR DELETE OR TRUNCATE ON desk_action
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- The claims that wait for a person. One without causes waits for nobody any more and is deleted.
CREATE TABLE desk_case (
    claim_id      uuid        PRIMARY KEY REFERENCES claim,
    causes        text[]      NOT NULL CHECK (cardinality(causes) > 0), -- domain/desk.py
    since         timestamptz NOT NULL,
    due_at        timestamptz NOT NULL,
    taken_by      text,                                     -- the account of the handler who has it; null: it is free
    taken_as      text,                                     -- in which role
    taken_at      timestamptz,
    CHECK ((taken_by IS NULL) = (taken_at IS NULL) AND (taken_by IS NULL) = (taken_as IS NULL))
);
CREATE INDEX desk_case_due ON desk_case (due_at, claim_id);

-- What one handler wants decided and a second one must approve.
CREATE TABLE proposal (
    proposal_id   uuid        PRIMARY KEY,
    claim_id      uuid        NOT NULL REFERENCES claim,
    claim_version integer     NOT NULL,                     -- of the decision that its maker saw
    rulings       json        NOT NULL,
    more_cents    bigint      NOT NULL,                     -- what would be paid besides
    needs_senior  boolean     NOT NULL,
    proposed_by   text        NOT NULL,
    proposed_at   timestamptz NOT NULL,
    state         text        NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'approved', 'declined', 'stale')),
    judged_by     text,
    judged_at     timestamptz,
    reason        text,                                     -- of who judged it
    CHECK ((state = 'open') = (judged_at IS NULL)),
    CHECK (judged_by <> proposed_by)
);
CREATE UNIQUE INDEX proposal_open ON proposal (claim_id) WHERE state = 'open';

ALTER TABLE question ADD COLUMN asked_by text, ADD COLUMN due_on date; -- of one that a handler asked

-- Evidence against the customer is looked at: the decision is upheld, or made anew on that evidence.
ALTER TABLE human_review
    ADD COLUMN closed_at timestamptz,
    ADD COLUMN closed_as text CHECK (closed_as IN ('upheld', 'decided')),
    ADD CHECK ((closed_at IS NULL) = (closed_as IS NULL));
