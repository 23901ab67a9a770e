-- Who closed a dead letter for ever, and why. Null where an older version did.
ALTER TABLE messaging.dead_letter
    ADD COLUMN discarded_by      text,
    ADD COLUMN discarded_because text;
