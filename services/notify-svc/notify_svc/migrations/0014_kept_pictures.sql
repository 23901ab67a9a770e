-- The pictures that mails showed, by the id by which their pages name them: a digest of what is in them. Each once, whoever
-- was sent it: it shows what stations measured and names nobody.
CREATE TABLE kept_picture (
    content_id text  PRIMARY KEY,
    png        bytea NOT NULL
);
ALTER TABLE kept_picture ALTER COLUMN png SET STORAGE EXTERNAL;  -- it is compressed

CREATE FUNCTION refuse_change_of_kept_picture() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    RAISE 'what was sent does not change: % of kept_picture is refused', TG_OP USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER kept_picture_never_changes BEFORE UPDATE OR DELETE OR TRUNCATE ON kept_picture
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_kept_picture();
