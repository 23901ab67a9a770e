-- What the firm of a completed repair was told to collect from the customer: borne by them, and not once more by what is
-- paid later. Of repairs of before it is not known; doubt is in the customer's favour only from now on.
ALTER TABLE repair_job ADD COLUMN collected_cents bigint NOT NULL DEFAULT 0;
