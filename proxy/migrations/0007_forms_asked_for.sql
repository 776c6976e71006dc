-- When a provider last asked a payer, whom it calls verified, for a form besides.

ALTER TABLE payers ADD COLUMN form_asked_at BIGINT;
