-- Dead letters may hold personal data: after their retention an open one keeps its place and loses its contents, and
-- one that is closed is deleted.
ALTER TABLE messaging.dead_letter ADD COLUMN erased_at timestamptz;
CREATE INDEX dead_letter_with_contents ON messaging.dead_letter (dead_lettered_at) WHERE erased_at IS NULL;
CREATE INDEX dead_letter_closed ON messaging.dead_letter (dead_lettered_at)
    WHERE replayed_at IS NOT NULL OR discarded_at IS NOT NULL;

-- They are listed page by page in the order of their records.
CREATE INDEX dead_letter_in_order ON messaging.dead_letter
    (consumer, topic, partition, record_offset, dead_letter_id);
DROP INDEX messaging.dead_letter_open;
