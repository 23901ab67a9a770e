-- How many answers were kept for each caller on one day: nobody fills the table above with keys of their own. The number
-- goes up with the answer, in its transaction. A digest stands for the caller, as it does there.
CREATE TABLE messaging.keys_used (
    caller bytea   PRIMARY KEY,
    day    date    NOT NULL,                        -- in UTC; what was used on an earlier one does not count
    keys   integer NOT NULL
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02);
