-- Where letters go.
ALTER TABLE contact
    ADD COLUMN postcode     text,
    ADD COLUMN house_number text,
    ADD CHECK ((postcode IS NULL) = (house_number IS NULL));

-- How reporters are reached whose policy was not found; personal data. Erased when a policy is found, and at the latest
-- after REPORTER_CONTACT_DAYS. The newest version of each report.
CREATE TABLE reporter_contact (
    report_id    uuid    PRIMARY KEY,
    version      integer NOT NULL,
    name         text    NOT NULL,
    email        text,
    mobile_phone text,
    postcode     text,
    house_number text,
    language     text    NOT NULL,
    CHECK ((postcode IS NULL) = (house_number IS NULL))
);

-- A letter is settled when it is to be posted, and settled again when it is. Without a customer, `report_ids` are the
-- reports of the loss: the first whose reporter gave an address says to whom the message goes.
ALTER TABLE message
    ADD COLUMN report_ids uuid[],
    DROP CONSTRAINT message_state_check,
    ADD CONSTRAINT message_state_check CHECK (state IN ('awaiting_contact', 'due', 'sending', 'sent', 'refused',
                                                        'in_doubt', 'no_address', 'to_be_posted', 'posted',
                                                        'superseded'));

CREATE INDEX message_to_be_posted ON message (settled_at, message_id) WHERE state = 'to_be_posted';
CREATE INDEX message_awaiting_reporter ON message USING gin (report_ids)
    WHERE state = 'awaiting_contact' AND customer_id IS NULL;

-- Whom each message goes to, as known now; all null when nobody's contact data are there.
CREATE VIEW message_contact AS
SELECT message.message_id, reached.*
  FROM message
  LEFT JOIN LATERAL (
      SELECT name, email, mobile_phone, postcode, house_number, language
        FROM contact WHERE contact.customer_id = message.customer_id
       UNION ALL
      (SELECT name, email, mobile_phone, postcode, house_number, language
         FROM reporter_contact
        WHERE message.customer_id IS NULL AND report_id = ANY (message.report_ids)
        ORDER BY array_position(message.report_ids, report_id) LIMIT 1)) AS reached ON true;
