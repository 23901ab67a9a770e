-- Which repair partner may read how a customer is reached, and where the home is: by the customer's consent, for one job.
-- A row stays when that is over, so that an older word cannot open it again.
CREATE TABLE repair_contact (
    job_id        uuid        PRIMARY KEY,
    policy_number text        COLLATE "C" NOT NULL,
    insured_on    date        NOT NULL,                      -- the home that was insured then
    partner_id    text        NOT NULL,                      -- a client of auth-svc
    released      boolean     NOT NULL,
    changed_at    timestamptz NOT NULL
);
CREATE INDEX ON repair_contact (policy_number);
