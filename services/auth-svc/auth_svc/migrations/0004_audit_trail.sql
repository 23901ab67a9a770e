-- What happened, for good. No secrets, no contact data: who an address was is told by the account.
CREATE TABLE audit_trail (
    event_id    uuid        PRIMARY KEY,
    occurred_at timestamptz NOT NULL,
    what        text        NOT NULL,
    account_id  uuid,
    client_id   text,
    -- Who did it when it was not the account itself: the subject of a token, or 'command' for an operator's.
    actor       text,
    address     text,
    details     jsonb       NOT NULL DEFAULT '{}'
);
CREATE INDEX ON audit_trail (account_id, occurred_at DESC, event_id DESC);
CREATE INDEX ON audit_trail (occurred_at DESC, event_id DESC);

-- Rows are added and never changed: nobody does it by mistake.
CREATE FUNCTION refuse_to_change_the_trail() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit trail is append-only';
END;
$$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_trail
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_change_the_trail();

-- Where the database belongs to another role than the service's (deploy/databases.sql), the service has no right to.
-- Nor may it say which migrations there were.
DO $$
DECLARE
    other name;
BEGIN
    FOR other IN
        SELECT DISTINCT grantee FROM information_schema.role_table_grants
         WHERE table_name = 'audit_trail' AND table_schema = current_schema() AND grantee <> current_user
    LOOP
        EXECUTE format('REVOKE ALL ON audit_trail, public.applied_migration FROM %I', other);
        EXECUTE format('GRANT SELECT, INSERT ON audit_trail TO %I', other);
        EXECUTE format('GRANT SELECT ON public.applied_migration TO %I', other);
    END LOOP;
END;
$$;
