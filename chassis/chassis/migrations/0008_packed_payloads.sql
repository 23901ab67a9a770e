-- Payloads can be packed now (contracts/packing.py). A relay of an older version would send them as they are: it reads this view
-- under the old name, so it fails and sends nothing.
ALTER VIEW messaging.sendable RENAME TO ready_to_send;
