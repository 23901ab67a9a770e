-- What customers ask in words of their own, and what a person answers: once, and never changed after that.
CREATE TABLE question (
    question_id     uuid        PRIMARY KEY,
    relation_number text        COLLATE "C" NOT NULL,
    asked_at        timestamptz NOT NULL,
    language        text        NOT NULL,
    question        text        NOT NULL,
    answered_at     timestamptz,
    answer          text,
    -- Who answered, for those who look after the service; customers are told that a person did.
    answered_by     text,
    CHECK ((answered_at IS NULL) = (answer IS NULL) AND (answer IS NULL) = (answered_by IS NULL))
);
CREATE INDEX ON question (relation_number, asked_at DESC, question_id DESC);
CREATE INDEX question_waiting ON question (asked_at, question_id) WHERE answered_at IS NULL;
