-- How a customer does not want to be told about decisions: what notify-svc hears of it. No file says so.
ALTER TABLE customer ADD COLUMN unwanted_channels text[] NOT NULL DEFAULT '{}'
    CHECK (unwanted_channels <@ ARRAY['email', 'sms']);
ALTER TABLE customer_version ADD COLUMN unwanted_channels text[] NOT NULL DEFAULT '{}';
