-- The proofs of other claims that a decision counted, so that it is found when one of those has something else of the event.
-- Null: of a decision of before this was kept, whose proof says it.
ALTER TABLE event_use ADD COLUMN rests_on text[];

-- What is to be joined or parted, which moves money or goes against the customer: null of anything else that is proposed.
ALTER TABLE proposal ADD COLUMN move json;
