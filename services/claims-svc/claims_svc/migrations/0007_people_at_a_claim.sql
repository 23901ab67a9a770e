-- What people add to a claim after it was reported. Few claims have any: touched_by_people says whether there is a row of
-- supplement, ruling or question, so that the others are read without looking.
ALTER TABLE claim
    DROP CONSTRAINT claim_state_check,
    DROP CONSTRAINT claim_check1,
    ADD COLUMN answer_wait_over boolean NOT NULL DEFAULT false,
    ADD COLUMN withdrawn_at timestamptz,                    -- when its customer took it back
    ADD COLUMN touched_by_people boolean NOT NULL DEFAULT false,
    ADD CONSTRAINT claim_state_check CHECK (state IN (
        'waiting_for_policy', 'waiting_for_rainfall', 'waiting_for_answer', 'decided', 'referred', 'withdrawn')),
    ADD CONSTRAINT claim_decided_check CHECK (claim_version > 0 OR state NOT IN ('decided', 'referred', 'withdrawn'));

-- Answers, news, facts with their source, assessments: what completes the report. Never changed; the last word counts.
CREATE TABLE supplement (
    supplement_id uuid        PRIMARY KEY,
    claim_id      uuid        NOT NULL REFERENCES claim,
    contents      json        NOT NULL,                     -- a Supplement: domain/supplement.py
    told_at       timestamptz NOT NULL,
    place         bigint      GENERATED ALWAYS AS IDENTITY  -- in the order in which they were told
);
CREATE INDEX supplement_of_claim ON supplement (claim_id, place);

-- What handlers decided by hand. Never changed.
CREATE TABLE ruling (
    ruling_id  uuid        PRIMARY KEY,
    claim_id   uuid        NOT NULL REFERENCES claim,
    contents   json        NOT NULL,                        -- a Ruling: domain/ruling.py
    decided_at timestamptz NOT NULL,
    place      bigint      GENERATED ALWAYS AS IDENTITY
);
CREATE INDEX ruling_of_claim ON ruling (claim_id, place);

-- What was asked of whoever reported the loss: each question once.
CREATE TABLE question (
    claim_id uuid        NOT NULL REFERENCES claim,
    code     text        NOT NULL,                          -- domain/questions.py
    asked_at timestamptz NOT NULL,
    place    bigint      GENERATED ALWAYS AS IDENTITY,
    PRIMARY KEY (claim_id, code)
);

CREATE TRIGGER supplement_is_final BEFORE UPDATE OR DELETE OR TRUNCATE ON supplement
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER ruling_is_final BEFORE UPDATE OR DELETE OR TRUNCATE ON ruling
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
