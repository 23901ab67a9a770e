-- The team of the handler who has a claim, as their token said when they took it.
ALTER TABLE desk_case
    ADD COLUMN taken_in text,
    ADD CHECK (taken_in IS NULL OR taken_by IS NOT NULL);
