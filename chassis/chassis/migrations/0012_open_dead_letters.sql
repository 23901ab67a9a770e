-- Those that are open are listed and counted often, and are few among those of ninety days.
CREATE INDEX CONCURRENTLY dead_letter_open ON messaging.dead_letter
    (consumer, topic, partition, record_offset, dead_letter_id) WHERE replayed_at IS NULL AND discarded_at IS NULL;
