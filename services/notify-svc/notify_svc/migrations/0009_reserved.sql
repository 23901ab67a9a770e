-- Holds the number until the migration that takes it is merged; goes with that merge.
SELECT;
