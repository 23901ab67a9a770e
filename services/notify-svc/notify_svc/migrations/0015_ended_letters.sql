-- A letter that names a day ends when that has passed, and one that something newer about its claim takes the place of.
ALTER TABLE requested_letter
    DROP CONSTRAINT requested_letter_state_check,
    ADD CONSTRAINT requested_letter_state_check
        CHECK (state IN ('to_be_posted', 'posted', 'no_address', 'expired', 'superseded'));
