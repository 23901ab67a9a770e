-- When rain was asked and answered, for the timeline; of claims of before it is not known.
ALTER TABLE claim ADD COLUMN rain_asked_at timestamptz[] NOT NULL DEFAULT '{}'; -- each time, the first first
ALTER TABLE rainfall ADD COLUMN answered_at timestamptz;
