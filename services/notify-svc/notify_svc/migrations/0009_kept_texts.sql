-- What was said, word for word, for as long as anybody may ask. `sealed` opens with the data key of its lot, which is
-- wrapped by KEPT_TEXT_KEYS: without it a row only proves that something was sent. A lot is what was recorded together
-- about one reader.
CREATE TABLE kept_key (
    key_id  uuid  PRIMARY KEY,
    wrapped bytea NOT NULL
);

-- One row for each attempt by which a text may have reached somebody, and for each printing of a letter. `owner_id` is
-- the customer, or the report of a reporter; null when that reporter was erased meanwhile.
CREATE TABLE kept_text (
    message_id      uuid        NOT NULL,
    attempt         integer     NOT NULL,
    owner_id        uuid,
    claim_reference text,
    claim_version   integer,
    occasion        text,
    channel         text        NOT NULL,
    language        text        NOT NULL,
    texts_version   text        NOT NULL,
    result          text        NOT NULL CHECK (result IN ('sent', 'answer_lost', 'printed')),
    kept_at         timestamptz NOT NULL,
    key_id          uuid        NOT NULL,
    sealed          bytea       NOT NULL,
    PRIMARY KEY (message_id, attempt)
) WITH (toast_tuple_target = 8160);
ALTER TABLE kept_text ALTER COLUMN sealed SET STORAGE EXTERNAL;  -- what is encrypted does not compress

CREATE INDEX kept_text_of_owner ON kept_text (owner_id);
CREATE INDEX kept_text_about_claim ON kept_text (claim_reference) WHERE claim_reference IS NOT NULL;

CREATE FUNCTION refuse_change_of_kept_text() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    RAISE 'what was sent does not change: % of kept_text is refused', TG_OP USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER kept_text_never_changes BEFORE UPDATE OR DELETE OR TRUNCATE ON kept_text
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_kept_text();

-- Whoever erases a customer, or a reporter, makes unreadable what was said to them, by whatever statement they do it.
CREATE FUNCTION destroy_keys_of_customers() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    -- Waits for what is just being kept, and lets nothing more be kept until this commits.
    LOCK TABLE kept_key IN SHARE ROW EXCLUSIVE MODE;
    DELETE FROM kept_key WHERE key_id IN (SELECT key_id FROM kept_text JOIN erased ON owner_id = erased.customer_id);
    RETURN NULL;
END $$;
CREATE TRIGGER kept_texts_become_unreadable AFTER DELETE ON contact REFERENCING OLD TABLE AS erased
    FOR EACH STATEMENT EXECUTE FUNCTION destroy_keys_of_customers();

-- Reporters are erased by the thousand: nobody waits for them, because whoever keeps a text locks the reporter's row.
CREATE FUNCTION destroy_keys_of_reporters() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    DELETE FROM kept_key WHERE key_id IN (SELECT key_id FROM kept_text JOIN erased ON owner_id = erased.report_id);
    RETURN NULL;
END $$;
CREATE TRIGGER kept_texts_become_unreadable AFTER DELETE ON reporter_contact REFERENCING OLD TABLE AS erased
    FOR EACH STATEMENT EXECUTE FUNCTION destroy_keys_of_reporters();
