-- Which order's signature holds a nonce. Of all signatures over one nonce at most one is ever carried
-- out: while one may be, no other is made.

CREATE TABLE nonces (
    -- Whose count, and which of it.
    nonce      TEXT   PRIMARY KEY,
    order_id   TEXT   NOT NULL REFERENCES orders (id),
    held_until BIGINT NOT NULL
);
