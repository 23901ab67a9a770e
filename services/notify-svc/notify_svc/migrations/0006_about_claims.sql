-- Messages about claims. One without a customer is told to a reporter: the first of the reports who gave an address.
ALTER TABLE requested_message
    ALTER COLUMN customer_id DROP NOT NULL,
    ALTER COLUMN relation_number DROP NOT NULL,
    ADD COLUMN report_ids uuid[],
    ADD COLUMN claim      json,                             -- an AboutClaim: domain/requests.py
    ADD CHECK (claim IS NOT NULL OR (customer_id IS NOT NULL AND relation_number IS NOT NULL)),
    ADD CHECK ((claim IS NULL) = (report_ids IS NULL));

CREATE VIEW requested_message_contact AS
SELECT requested_message.request_id, reached.*
  FROM requested_message
  LEFT JOIN LATERAL (
      SELECT name, email, mobile_phone, postcode, house_number, language
        FROM contact WHERE contact.customer_id = requested_message.customer_id
       UNION ALL
      (SELECT name, email, mobile_phone, postcode, house_number, language
         FROM reporter_contact
        WHERE requested_message.customer_id IS NULL AND report_id = ANY (requested_message.report_ids)
        ORDER BY email IS NULL, array_position(requested_message.report_ids, report_id) LIMIT 1)) AS reached ON true;
