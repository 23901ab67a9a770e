-- How policy-svc says customers are reached. Accounts have an e-mail address and a number of their own from then on.
CREATE TABLE customer (
    customer_id     uuid    PRIMARY KEY,
    version         integer NOT NULL,
    relation_number text    NOT NULL,
    email           text,
    mobile_phone    text
);
CREATE INDEX ON customer (relation_number);

-- One account for a relation number, or for a member of staff, who has none.
CREATE TABLE account (
    account_id      uuid        PRIMARY KEY,
    role            text        NOT NULL,
    relation_number text        UNIQUE,
    customer_id     uuid,
    email           text        NOT NULL UNIQUE CHECK (email = lower(email COLLATE "C")),
    mobile_phone    text,
    -- Confirmed by a code at the first login, or by one when it was changed.
    mobile_phone_confirmed boolean NOT NULL DEFAULT false,
    -- None: a new one must be chosen by a mailed link.
    password_hash   text,
    -- The secret of an authenticator app, sealed; `totp_last_step` is the time step of the last code that was taken.
    totp_secret     text,
    totp_added_at   timestamptz,
    totp_last_step  bigint,
    suspended_at    timestamptz,
    -- When its owner was last told that somebody who knows the password fails at the second step.
    second_step_told_at timestamptz,
    activated_at    timestamptz NOT NULL,
    version         integer     NOT NULL DEFAULT 1,
    CHECK ((role = 'customer') = (relation_number IS NOT NULL)),
    CHECK ((relation_number IS NULL) = (customer_id IS NULL))
);

-- A one-use link: what is mailed is known to its reader alone.
CREATE TABLE link (
    digest     bytea       PRIMARY KEY,
    purpose    text        NOT NULL,
    -- Whose it is: of an account, or of a customer who has none yet.
    account_id uuid        REFERENCES account ON DELETE CASCADE,
    customer_id uuid,
    -- The address a link confirms, or activates an account with.
    email      text,
    role       text,
    expires_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX ON link (purpose, account_id) WHERE account_id IS NOT NULL;
CREATE UNIQUE INDEX ON link (purpose, customer_id) WHERE customer_id IS NOT NULL;
CREATE UNIQUE INDEX ON link (purpose, email) WHERE account_id IS NULL AND customer_id IS NULL;
CREATE INDEX ON link (expires_at);

-- What a member of staff has chosen on the way to an account: it waits for the first code of their app, whose secret is
-- sealed. It goes with the link it was begun by.
CREATE TABLE staff_activation (
    digest        bytea PRIMARY KEY REFERENCES link ON DELETE CASCADE,
    password_hash text  NOT NULL,
    totp_secret   text  NOT NULL
);

-- What a request asked for that must take the same time whoever asks: a timer does it afterwards.
CREATE TABLE asked (
    asked_id        uuid        PRIMARY KEY,
    what            text        NOT NULL,
    relation_number text,
    email           text        NOT NULL,
    address         text        NOT NULL,
    asked_at        timestamptz NOT NULL,
    -- Of a customer who was logged in: what they asked for is over when their account is another by now.
    account_version integer
);

-- How an account was before the first of the changes that can still be undone. One for an account: whoever changes it
-- back and forth cannot make a link of their own out of it.
CREATE TABLE undo (
    account_id   uuid        PRIMARY KEY REFERENCES account ON DELETE CASCADE,
    undo_id      uuid        NOT NULL UNIQUE,
    email        text        NOT NULL UNIQUE,
    mobile_phone text,
    mobile_phone_confirmed boolean NOT NULL,
    since        timestamptz NOT NULL,
    expires_at   timestamptz NOT NULL,
    totp_secret  text,
    totp_added_at timestamptz,
    totp_last_step bigint
);
CREATE INDEX ON undo (expires_at);
