-- A login between the password and the last step. It is named by a secret of which only the digest is here.
CREATE TABLE login (
    digest       bytea       PRIMARY KEY,
    login_id     uuid        NOT NULL UNIQUE,
    account_id   uuid        NOT NULL REFERENCES account ON DELETE CASCADE,
    -- 'log_in', or 'confirm_identity' for who is logged in and is to change something.
    purpose      text        NOT NULL,
    -- Where the code goes, fixed when it is sent: a change of the account's number ends this login.
    mobile_phone text,
    code_digest  bytea,
    code_expires_at timestamptz,
    code_request_id uuid,
    codes_sent   integer     NOT NULL DEFAULT 0,
    tries        integer     NOT NULL DEFAULT 0,
    expires_at   timestamptz NOT NULL
);
CREATE INDEX ON login (account_id);
CREATE INDEX ON login (expires_at);

-- Wrong passwords in a row by what they were tried on: the digest of an e-mail address, whether or not it has an
-- account, or that of a device. So what exists takes the same statements as what does not.
CREATE TABLE wrong_passwords (
    tried_on      bytea       PRIMARY KEY,
    in_a_row      integer     NOT NULL,
    blocked_until timestamptz,
    last_at       timestamptz NOT NULL
);
CREATE INDEX ON wrong_passwords (last_at);

-- What was taken of a limit: `taken` is a list of pairs, until when it counts and how many, the oldest first.
CREATE TABLE bucket (
    name  text        NOT NULL,
    key   bytea       NOT NULL,
    taken jsonb       NOT NULL,
    -- When it was last changed.
    at    timestamptz NOT NULL,
    -- When it was last put on record that there was no room.
    refused_at timestamptz,
    PRIMARY KEY (name, key)
);
CREATE INDEX ON bucket (at);

-- A browser or an app that is remembered; its secret is known to it alone.
CREATE TABLE device (
    device_id    uuid        PRIMARY KEY,
    digest       bytea       NOT NULL UNIQUE,
    account_id   uuid        NOT NULL REFERENCES account ON DELETE CASCADE,
    name         text        NOT NULL,
    pin_hash     text,
    pin_added_at timestamptz,
    pin_failures integer     NOT NULL DEFAULT 0,
    remembered_at timestamptz NOT NULL,
    last_used_at timestamptz NOT NULL,
    expires_at   timestamptz NOT NULL,
    -- The first complete login on it; null while it has finished a password reset only.
    logged_in_at timestamptz
);
CREATE INDEX ON device (account_id);
CREATE INDEX ON device (expires_at);

CREATE TABLE passkey (
    credential_id bytea       PRIMARY KEY,
    passkey_id    uuid        NOT NULL UNIQUE,
    account_id    uuid        NOT NULL REFERENCES account ON DELETE CASCADE,
    public_key    bytea       NOT NULL,
    sign_count    bigint      NOT NULL,
    name          text        NOT NULL,
    added_at      timestamptz NOT NULL,
    last_used_at  timestamptz
);
CREATE INDEX ON passkey (account_id);

-- Passkeys that were removed since, and come back when what was changed is undone. They go when that cannot be any more.
CREATE TABLE removed_passkey (
    credential_id bytea       PRIMARY KEY,
    passkey_id    uuid        NOT NULL,
    account_id    uuid        NOT NULL REFERENCES undo ON DELETE CASCADE,
    public_key    bytea       NOT NULL,
    sign_count    bigint      NOT NULL,
    name          text        NOT NULL,
    added_at      timestamptz NOT NULL,
    last_used_at  timestamptz
);
CREATE INDEX ON removed_passkey (account_id);

-- What a passkey is to sign, once: to log in, to confirm who it is, or, for an account, to be added to it.
CREATE TABLE passkey_challenge (
    challenge  bytea       PRIMARY KEY,
    purpose    text        NOT NULL,
    account_id uuid        REFERENCES account ON DELETE CASCADE,
    expires_at timestamptz NOT NULL,
    CHECK ((purpose = 'add') = (account_id IS NOT NULL))
);
CREATE INDEX ON passkey_challenge (expires_at);

-- The secret of an authenticator app that is not confirmed by a code yet, sealed.
CREATE TABLE totp_enrolment (
    account_id uuid        PRIMARY KEY REFERENCES account ON DELETE CASCADE,
    secret     text        NOT NULL,
    expires_at timestamptz NOT NULL
);

-- That somebody has shown anew who they are; used up by one change.
CREATE TABLE confirmed_identity (
    digest     bytea       PRIMARY KEY,
    account_id uuid        NOT NULL REFERENCES account ON DELETE CASCADE,
    expires_at timestamptz NOT NULL
);
CREATE INDEX ON confirmed_identity (expires_at);

-- A new mobile number that waits for the code which was sent to it.
CREATE TABLE phone_change (
    account_id   uuid        PRIMARY KEY REFERENCES account ON DELETE CASCADE,
    mobile_phone text        NOT NULL,
    code_digest  bytea       NOT NULL,
    tries        integer     NOT NULL DEFAULT 0,
    expires_at   timestamptz NOT NULL
);
