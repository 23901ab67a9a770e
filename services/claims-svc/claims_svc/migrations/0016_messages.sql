-- How messages about claims ended, as notify-svc told: of a letter twice. Never changed: the timeline reads it. That
-- claim_id names a claim is not checked: nobody asks for those of a claim that is not there.
CREATE TABLE message_settled (
    claim_id   uuid        NOT NULL,
    message_id uuid        NOT NULL,
    settlement text        NOT NULL,
    about      text        NOT NULL,                        -- decision, or the occasion of contracts.claim_messages
    channel    text        NOT NULL,
    settled_at timestamptz NOT NULL,
    trace      text,                                        -- the W3C trace context in which it was told
    PRIMARY KEY (claim_id, message_id, settlement)
);
CREATE TRIGGER message_settled_is_final BEFORE UPDATE OR DELETE OR TRUNCATE ON message_settled
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
