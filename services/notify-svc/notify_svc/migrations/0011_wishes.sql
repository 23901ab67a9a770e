-- How customers do not want to be told about decisions.
ALTER TABLE contact
    ADD COLUMN wants_no_email boolean NOT NULL DEFAULT false,
    ADD COLUMN wants_no_sms   boolean NOT NULL DEFAULT false;

-- How a customer is told about decisions: without what failed, and without what is not wanted, where a letter can follow.
CREATE VIEW decision_contact AS
SELECT customer_id, name,
       CASE WHEN postcode IS NULL THEN email WHEN NOT wants_no_email THEN nullif(email, failed_email) END AS email,
       -- A mail alone may come back: then nobody would have been told.
       CASE WHEN wants_no_sms AND postcode IS NOT NULL THEN NULL ELSE mobile_phone END AS mobile_phone,
       postcode, house_number, language
  FROM contact;

CREATE OR REPLACE VIEW message_contact AS
SELECT message.claim_id, message.claim_version, message.channel, reached.*
  FROM message
  LEFT JOIN LATERAL (
      SELECT name, email, mobile_phone, postcode, house_number, language
        FROM decision_contact WHERE decision_contact.customer_id = message.customer_id
       UNION ALL
      (SELECT name, CASE WHEN postcode IS NULL THEN email ELSE nullif(email, failed_email) END, mobile_phone,
              postcode, house_number, language
         FROM reporter_contact
        WHERE message.customer_id IS NULL AND report_id = ANY (message.report_ids)
        ORDER BY array_position(message.report_ids, report_id) LIMIT 1)) AS reached ON true;
