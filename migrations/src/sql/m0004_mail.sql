-- Each reader of a letter has an envelope of its own: `rcpt` is its address, `copy_of` the letter that it is a copy of.
ALTER TABLE outbox ADD COLUMN rcpt text NOT NULL DEFAULT '';
UPDATE outbox SET rcpt = to_address;
ALTER TABLE outbox ADD COLUMN copy_of {uuid} REFERENCES outbox (id);
CREATE INDEX outbox_copy ON outbox (copy_of) WHERE copy_of IS NOT NULL;

-- How often the connection broke after the last byte: so often the mail may have arrived without our knowing.
ALTER TABLE outbox ADD COLUMN unsure integer NOT NULL DEFAULT 0;

-- Addresses that a server refused for good; nothing is sent there until a person says that they work again.
CREATE TABLE dead_address (
  org_id {uuid} NOT NULL REFERENCES unit (id),
  address text NOT NULL,
  reply text NOT NULL,
  since {instant} NOT NULL,
  PRIMARY KEY (org_id, address)
);
