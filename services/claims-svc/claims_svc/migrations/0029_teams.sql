-- The team of the handler who has a claim, as their token said when they took it. Nothing is checked about it: while
-- both versions run, one that does not know it yet lets go of a claim and leaves it there. It counts for nothing then.
ALTER TABLE desk_case ADD COLUMN taken_in text;
