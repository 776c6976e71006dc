-- What the metrics page counts, so that it reads neither orders that are closed nor their snapshots.

ALTER TABLE orders ADD COLUMN reason TEXT;
-- Whether the order's create ended without an answer that tells what became of it.
ALTER TABLE orders ADD COLUMN uncertain BIGINT NOT NULL DEFAULT 0;
CREATE INDEX orders_open ON orders (state, updated_at) WHERE closed = 0;
