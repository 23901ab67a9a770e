-- Mails that came back after they had been accepted. Their rows among messages and requests stay as they were.
CREATE TABLE bounce (
    message_id uuid        PRIMARY KEY,
    status     text        NOT NULL,  -- RFC 3463: 5.1.1
    bounced_at timestamptz NOT NULL
);

-- The address from which a mail came back: until contact data come again, a letter tells of decisions at once, where it
-- can.
ALTER TABLE contact ADD COLUMN failed_email text;
ALTER TABLE reporter_contact ADD COLUMN failed_email text;

CREATE OR REPLACE VIEW message_contact AS
SELECT message.claim_id, message.claim_version, message.channel, reached.*
  FROM message
  LEFT JOIN LATERAL (
      SELECT name, CASE WHEN postcode IS NULL THEN email ELSE nullif(email, failed_email) END AS email,
             mobile_phone, postcode, house_number, language
        FROM contact WHERE contact.customer_id = message.customer_id
       UNION ALL
      (SELECT name, CASE WHEN postcode IS NULL THEN email ELSE nullif(email, failed_email) END, mobile_phone,
              postcode, house_number, language
         FROM reporter_contact
        WHERE message.customer_id IS NULL AND report_id = ANY (message.report_ids)
        ORDER BY array_position(message.report_ids, report_id) LIMIT 1)) AS reached ON true;
