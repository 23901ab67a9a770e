-- What happened to reports of a claim since they came: corrected (what it said before and says now), left (by a correction
-- that tells of another loss) or moved (by hand). Never changed: the timeline reads it. Most claims have none.
CREATE TABLE report_event (
    claim_id    uuid        NOT NULL REFERENCES claim,
    report_id   uuid        NOT NULL,
    kind        text        NOT NULL CHECK (kind IN ('corrected', 'left', 'moved')),
    details     json        NOT NULL,
    happened_at timestamptz NOT NULL,
    place       bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY
);
CREATE INDEX report_event_of_claim ON report_event (claim_id, place);
CREATE TRIGGER report_event_is_final BEFORE UPDATE OR DELETE OR TRUNCATE ON report_event
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
