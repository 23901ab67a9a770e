-- allowed: constraint-missing-not-valid: the table holds letters that wait and those of 30 days: read in a moment
-- A letter that names a day ends when that has passed, and one that something newer about its claim takes the place of.
ALTER TABLE requested_letter
    DROP CONSTRAINT requested_letter_state_check,
    ADD CONSTRAINT requested_letter_state_check
        CHECK (state IN ('to_be_posted', 'posted', 'no_address', 'expired', 'superseded'));
