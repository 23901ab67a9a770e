-- What lies in the store of files, or may come to lie there: a row is written before anything is put, and deleted after
-- all was erased. Whatever is interrupted in between, what nobody wants is erased in the end, and nothing else is.
CREATE TABLE stored_object (
    object_key  uuid        PRIMARY KEY,
    unwanted_at timestamptz             -- from when on it may be erased; null: a file has it
);
CREATE INDEX stored_object_unwanted ON stored_object (unwanted_at) WHERE unwanted_at IS NOT NULL;

-- Photos and documents of a claim. One that was removed keeps its row, without contents.
CREATE TABLE file (
    claim_id       uuid        NOT NULL REFERENCES claim ON DELETE CASCADE,
    file_id        uuid        NOT NULL,        -- chosen by who sends it
    object_key     uuid        UNIQUE REFERENCES stored_object,
    media_type     text        NOT NULL,
    size_bytes     integer     NOT NULL,
    pages          integer     NOT NULL,
    sha256         text        NOT NULL,        -- of the contents as they were sent
    added_as       text        NOT NULL,        -- the role of who sent it
    added_by       text        NOT NULL,        -- their account
    added_at       timestamptz NOT NULL,
    removed_by     text,
    removed_at     timestamptz,
    removal_reason text,                        -- a handler's; a customer needs none
    PRIMARY KEY (claim_id, file_id),
    CHECK ((object_key IS NULL) = (removed_at IS NOT NULL)),
    CHECK ((removed_at IS NULL) = (removed_by IS NULL))
);

-- Whoever deletes a claim deletes its files with it: their contents are erased soon after.
CREATE FUNCTION let_contents_go() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
    UPDATE stored_object SET unwanted_at = '-infinity' FROM gone WHERE stored_object.object_key = gone.object_key;
    RETURN NULL;
END $$;
CREATE TRIGGER contents_go_with_their_file AFTER DELETE ON file
    REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION let_contents_go();
