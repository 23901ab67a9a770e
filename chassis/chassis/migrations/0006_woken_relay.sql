-- The relay is woken by its own process after the commit, and told by NOTIFY only what other processes have committed:
-- a NOTIFY takes a lock on the whole cluster until its transaction has reached the disk.
DROP TRIGGER outbox_insert ON messaging.outbox;
DROP FUNCTION messaging.notify_relay();
