-- A token by which another program acts for a unit; the secret itself is kept nowhere.
CREATE TABLE api_token (
  id {uuid} PRIMARY KEY,
  org_id {uuid} NOT NULL REFERENCES unit (id),
  unit_id {uuid} NOT NULL REFERENCES unit (id),
  name text NOT NULL,
  hash text NOT NULL UNIQUE,
  -- Words with spaces between them: reports:read reports:submit results:read
  scopes text NOT NULL,
  -- The last day on which it is taken.
  expires_on {date} NOT NULL,
  created_at {instant} NOT NULL,
  created_by text NOT NULL,
  revoked_at {instant}
);
CREATE INDEX api_token_org ON api_token (org_id, created_at);

-- What a program was answered to a key of its own, so that a call that is sent twice acts once.
CREATE TABLE api_answer (
  token_id {uuid} NOT NULL REFERENCES api_token (id),
  idempotency_key text NOT NULL,
  -- Digest of the address and body it came with: another body under the same key is a mistake.
  request text NOT NULL,
  body text NOT NULL,
  at {instant} NOT NULL,
  PRIMARY KEY (token_id, idempotency_key)
);
