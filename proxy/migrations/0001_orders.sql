-- Times are milliseconds since 1970 in UTC, amounts and words are text as in JSON, flags are 0 or 1:
-- types that mean the same on every database.

CREATE TABLE payers (
    id               TEXT   PRIMARY KEY,
    provider         TEXT   NOT NULL,
    partner_payer_id TEXT   NOT NULL,
    provider_user    TEXT   NOT NULL,
    verified_at      BIGINT,
    created_at       BIGINT NOT NULL
);
-- The pair is fixed at first use, in both directions.
CREATE UNIQUE INDEX payers_by_partner_id ON payers (provider, partner_payer_id);
CREATE UNIQUE INDEX payers_by_provider_user ON payers (provider, provider_user);

CREATE TABLE sessions (
    id         TEXT   PRIMARY KEY,
    token_hash TEXT   NOT NULL,
    payer_id   TEXT   NOT NULL REFERENCES payers (id),
    origin     TEXT   NOT NULL,
    -- Sealed: it may name a receiver.
    terms      TEXT   NOT NULL,
    expires_at BIGINT NOT NULL,
    read_until BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX sessions_by_token ON sessions (token_hash);

CREATE TABLE quotes (
    id         TEXT   PRIMARY KEY,
    payer_id   TEXT   NOT NULL REFERENCES payers (id),
    body       TEXT   NOT NULL,
    created_at BIGINT NOT NULL,
    used_at    BIGINT
);
CREATE INDEX quotes_by_age ON quotes (created_at);

CREATE TABLE orders (
    id            TEXT   PRIMARY KEY,
    payer_id      TEXT   NOT NULL REFERENCES payers (id),
    provider      TEXT   NOT NULL,
    reference     TEXT,
    state         TEXT   NOT NULL,
    unfunded      BIGINT NOT NULL,
    closed        BIGINT NOT NULL,
    sequence      BIGINT NOT NULL,
    revision      BIGINT NOT NULL,
    tx_hash       TEXT,
    next_check_at BIGINT,
    created_at    BIGINT NOT NULL,
    updated_at    BIGINT NOT NULL,
    -- The order as it is now.
    snapshot      TEXT   NOT NULL
);
-- One unfunded order a payer: a provider may give all of a payer's orders one address.
CREATE UNIQUE INDEX orders_unfunded ON orders (provider, payer_id) WHERE unfunded = 1;
-- A provider's order belongs to one of ours.
CREATE UNIQUE INDEX orders_by_reference ON orders (provider, reference) WHERE reference IS NOT NULL;
CREATE INDEX orders_by_payer ON orders (payer_id, created_at);
CREATE INDEX orders_due ON orders (next_check_at) WHERE next_check_at IS NOT NULL;
CREATE INDEX orders_by_hash ON orders (tx_hash) WHERE tx_hash IS NOT NULL;

-- What the proxy has undertaken to do for an order, until it is answered.
CREATE TABLE intents (
    id         TEXT   PRIMARY KEY,
    order_id   TEXT   NOT NULL REFERENCES orders (id),
    kind       TEXT   NOT NULL,
    attempts   BIGINT NOT NULL,
    next_at    BIGINT,
    created_at BIGINT NOT NULL,
    ended_at   BIGINT,
    outcome    TEXT
);
CREATE UNIQUE INDEX intents_open ON intents (order_id, kind) WHERE ended_at IS NULL;
CREATE INDEX intents_due ON intents (next_at) WHERE ended_at IS NULL;

-- The audit trail: appended to, never changed.
CREATE TABLE order_events (
    id       TEXT   PRIMARY KEY,
    order_id TEXT   NOT NULL REFERENCES orders (id),
    sequence BIGINT NOT NULL,
    at       BIGINT NOT NULL,
    kind     TEXT   NOT NULL,
    state    TEXT   NOT NULL,
    custody  TEXT   NOT NULL,
    note     TEXT
);
CREATE INDEX order_events_by_order ON order_events (order_id, at);

CREATE TABLE idempotency_keys (
    payer_id   TEXT   NOT NULL,
    route      TEXT   NOT NULL,
    key        TEXT   NOT NULL,
    body_hash  TEXT   NOT NULL,
    order_id   TEXT   NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (payer_id, route, key)
);

CREATE TABLE webhook_inbox (
    id          TEXT   PRIMARY KEY,
    provider    TEXT   NOT NULL,
    event_key   TEXT   NOT NULL,
    reference   TEXT,
    payer_id    TEXT,
    -- Sealed: it names the payer.
    body        TEXT   NOT NULL,
    received_at BIGINT NOT NULL,
    handled_at  BIGINT
);
CREATE UNIQUE INDEX webhook_inbox_by_event ON webhook_inbox (provider, event_key);
CREATE INDEX webhook_inbox_unhandled ON webhook_inbox (received_at) WHERE handled_at IS NULL;
