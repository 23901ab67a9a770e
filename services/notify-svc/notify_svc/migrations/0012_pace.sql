-- What each provider may still be sent: until `spent_until` all tokens are given out, and until `kept_spent_until` those
-- kept for codes. One row a provider, changed a few times a second while messages leave: no index but its key, so that
-- every change is HOT.
CREATE TABLE pace (
    provider         text        PRIMARY KEY,
    spent_until      timestamptz NOT NULL DEFAULT 'epoch',
    kept_spent_until timestamptz NOT NULL DEFAULT 'epoch'
) WITH (fillfactor = 20);
