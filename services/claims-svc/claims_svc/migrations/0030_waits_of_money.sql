-- Orders of which nobody has told in time how they ended wait for a handler. They are looked through once a day, in the
-- order in which they were made, so that an order itself sets no timer; what they add to an index is next to nothing.
CREATE INDEX payment_by_time ON payment USING brin (ordered_at);

-- Until which moment they have been looked through: one row, none before the first time.
CREATE TABLE payments_looked_through (
    ordered_until timestamptz NOT NULL
);
CREATE UNIQUE INDEX payments_looked_through_once ON payments_looked_through ((true));

-- Jobs that were accepted before anybody waited for their completion.
INSERT INTO messaging.timer (kind, key, due_at, traceparent)
SELECT 'repair-late', job_id::text, accepted_at + interval '42 days', trace
  FROM repair_job JOIN claim USING (claim_id) WHERE repair_job.state = 'accepted'
    ON CONFLICT DO NOTHING;
