-- What was issued to customers, for good: the bytes are what they have, whatever templates look like later.
CREATE TABLE document (
    document_id     uuid        PRIMARY KEY,
    relation_number text        COLLATE "C" NOT NULL,
    policy_number   text        COLLATE "C" NOT NULL REFERENCES policy,
    policy_version  integer     NOT NULL,
    kind            text        NOT NULL,
    -- The Dutch day that it tells of: the schedule's, or from when a change or cancellation counts.
    about_day       date        NOT NULL,
    language        text        NOT NULL,
    issued_at       timestamptz NOT NULL,
    sha256          bytea       NOT NULL,
    content         bytea       NOT NULL,
    -- The same bytes again are the same document.
    UNIQUE (policy_number, sha256)
);
-- PDFs are compressed already.
ALTER TABLE document ALTER COLUMN content SET STORAGE EXTERNAL;
CREATE INDEX ON document (relation_number, issued_at DESC, document_id DESC);
