-- Several proxies on one database: which of them looks after an order, and which are alive.

CREATE TABLE proxies (
    id      TEXT   PRIMARY KEY,
    seen_at BIGINT NOT NULL
);

ALTER TABLE orders ADD COLUMN leased_by TEXT;
CREATE INDEX orders_by_update ON orders (updated_at);
CREATE INDEX orders_creating ON orders (id) WHERE state = 'creating';
