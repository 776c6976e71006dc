-- What providers need that price against saved accounts and take signatures.

-- Where a payer verifies who they are, where that was said only once. Sealed.
ALTER TABLE payers ADD COLUMN verification_url TEXT;

-- Accounts that were saved at a provider.
CREATE TABLE destinations (
    id          TEXT   PRIMARY KEY,
    payer_id    TEXT   NOT NULL REFERENCES payers (id),
    -- The provider's id of it. Sealed.
    account     TEXT   NOT NULL,
    -- As it is shown: masked.
    shown       TEXT   NOT NULL,
    fingerprint TEXT   NOT NULL,
    created_at  BIGINT NOT NULL,
    removed_at  BIGINT
);
CREATE INDEX destinations_by_payer ON destinations (payer_id) WHERE removed_at IS NULL;

-- What was handed out to be signed, so that nothing else is handed in. Sealed.
CREATE TABLE signing_requests (
    id         TEXT   PRIMARY KEY,
    order_id   TEXT   NOT NULL REFERENCES orders (id),
    body       TEXT   NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX signing_requests_by_age ON signing_requests (expires_at);

-- How much of a token the partner's own wallet was told to pay on a day, in UTC. An order is counted
-- once, and never given back.
CREATE TABLE transfer_totals (
    provider TEXT   NOT NULL,
    token    TEXT   NOT NULL,
    day      BIGINT NOT NULL,
    total    TEXT   NOT NULL,
    revision BIGINT NOT NULL,
    PRIMARY KEY (provider, token, day)
);
CREATE TABLE counted_transfers (
    order_id TEXT PRIMARY KEY REFERENCES orders (id)
);
