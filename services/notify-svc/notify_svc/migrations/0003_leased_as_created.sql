-- Most messages are inserted leased to the process that creates them, and updated once, when they are sent. That life
-- enters no index but the primary key, and its update is HOT: no column that it changes stands in an index, not even in
-- the condition of a partial one, and its page has room for the second version of every row.
DROP VIEW message_contact;

ALTER TABLE message
    DROP CONSTRAINT message_pkey,
    DROP CONSTRAINT message_claim_id_channel_claim_version_key,
    -- A decision is inserted before its messages, in their transaction, and never deleted: the check of every message
    -- would lock that row twice to learn what is known.
    DROP CONSTRAINT message_claim_id_claim_version_fkey,
    ADD PRIMARY KEY (claim_id, claim_version, channel),
    -- The state while something is waited for. Null from the lease to the end, so that the usual update changes no
    -- indexed value.
    ADD COLUMN waiting text GENERATED ALWAYS AS
        (CASE WHEN state IN ('awaiting_contact', 'due', 'to_be_posted') THEN state END) STORED,
    SET (fillfactor = 50);

DROP INDEX message_due, message_sending, message_awaiting_contact, message_in_doubt, message_to_be_posted,
           message_awaiting_reporter;

UPDATE message SET answers_lost = 1 WHERE state = 'in_doubt' AND answers_lost = 0;
ALTER TABLE message ADD CHECK (state <> 'in_doubt' OR answers_lost > 0);

CREATE INDEX message_due ON message (channel, due_at) WHERE waiting = 'due';
CREATE INDEX message_awaiting_contact ON message (customer_id) WHERE waiting = 'awaiting_contact';
CREATE INDEX message_awaiting_reporter ON message USING gin (report_ids)
    WHERE waiting = 'awaiting_contact' AND customer_id IS NULL;
CREATE INDEX message_to_be_posted ON message (claim_id) WHERE waiting = 'to_be_posted';
CREATE INDEX message_answer_lost ON message (claim_id) WHERE answers_lost > 0;
-- Operators name letters by their id.
CREATE UNIQUE INDEX letter_id ON message (message_id) WHERE channel = 'post';

-- One row for all messages of a channel that were leased together, until each has a result: what a process leaves behind
-- that dies is found here. The messages are those about `claim_ids` that are being sent and whose own lease is over.
CREATE TABLE lease (
    lease_id     uuid        PRIMARY KEY,
    channel      text        NOT NULL,
    leased_until timestamptz NOT NULL,
    claim_ids    uuid[]      NOT NULL
);
ALTER TABLE lease ALTER COLUMN claim_ids SET STORAGE EXTERNAL;  -- ids do not compress

INSERT INTO lease (lease_id, channel, leased_until, claim_ids)
SELECT gen_random_uuid(), channel, max(leased_until), array_agg(claim_id)
  FROM message WHERE state = 'sending' GROUP BY channel;

-- Written once and hardly ever read: compressing costs more than it saves.
ALTER TABLE decision SET (toast_tuple_target = 8160);

-- Whom each message goes to, as known now; all null when nobody's contact data are there.
CREATE VIEW message_contact AS
SELECT message.claim_id, message.claim_version, message.channel, reached.*
  FROM message
  LEFT JOIN LATERAL (
      SELECT name, email, mobile_phone, postcode, house_number, language
        FROM contact WHERE contact.customer_id = message.customer_id
       UNION ALL
      (SELECT name, email, mobile_phone, postcode, house_number, language
         FROM reporter_contact
        WHERE message.customer_id IS NULL AND report_id = ANY (message.report_ids)
        ORDER BY array_position(message.report_ids, report_id) LIMIT 1)) AS reached ON true;
