-- What the partner's backend is told about its orders, written with the change itself and kept until
-- it was heard.

CREATE TABLE notifications (
    id           TEXT   PRIMARY KEY,
    order_id     TEXT   NOT NULL REFERENCES orders (id),
    sequence     BIGINT NOT NULL,
    kind         TEXT   NOT NULL,
    -- What is sent, the same each time.
    body         TEXT   NOT NULL,
    state        TEXT   NOT NULL,
    attempts     BIGINT NOT NULL,
    -- When it is sent, while it is pending; none otherwise.
    next_at      BIGINT,
    -- Until when whoever sends it keeps the others from sending it too.
    leased_until BIGINT,
    problem      TEXT,
    created_at   BIGINT NOT NULL,
    ended_at     BIGINT
);
CREATE UNIQUE INDEX notifications_by_order ON notifications (order_id, sequence);
CREATE INDEX notifications_due ON notifications (next_at) WHERE next_at IS NOT NULL;
CREATE INDEX notifications_by_age ON notifications (created_at, sequence, id);
CREATE INDEX notifications_by_state ON notifications (state, created_at, sequence, id);
