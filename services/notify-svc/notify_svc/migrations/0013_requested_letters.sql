-- Letters in the place of requested e-mails that reached nobody. Kept apart from requests, which their sender reads and
-- deletes: a letter lies until somebody posts it. Nothing sealed is ever in one.
CREATE TABLE requested_letter (
    letter_id       uuid        PRIMARY KEY,
    request_id      uuid        NOT NULL UNIQUE,
    customer_id     uuid,
    relation_number text,
    occasion        text        NOT NULL,
    occurred_at     timestamptz NOT NULL,
    policy_number   text,
    effective_on    date,
    report_ids      uuid[],
    claim           json,
    traceparent     text,
    state           text        NOT NULL CHECK (state IN ('to_be_posted', 'posted', 'no_address')),
    settled_at      timestamptz NOT NULL
);
CREATE INDEX requested_letter_to_be_posted ON requested_letter (settled_at) WHERE state = 'to_be_posted';
CREATE INDEX requested_letter_of_customer ON requested_letter (customer_id);

-- To whom one goes, as known now: whoever the e-mail was for.
CREATE VIEW requested_letter_contact AS
SELECT requested_letter.letter_id, reached.*
  FROM requested_letter
  LEFT JOIN LATERAL (
      SELECT name, email, mobile_phone, postcode, house_number, language
        FROM contact WHERE contact.customer_id = requested_letter.customer_id
       UNION ALL
      (SELECT name, email, mobile_phone, postcode, house_number, language
         FROM reporter_contact
        WHERE requested_letter.customer_id IS NULL AND report_id = ANY (requested_letter.report_ids)
        ORDER BY email IS NULL, array_position(requested_letter.report_ids, report_id) LIMIT 1)) AS reached ON true;
