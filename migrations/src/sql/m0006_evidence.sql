-- A key that signs for a post or seals for an agency. The key itself stays in its file or token.
CREATE TABLE signing_key (
  id {uuid} PRIMARY KEY,
  org_id {uuid} NOT NULL REFERENCES unit (id),
  post_id {uuid} REFERENCES post (id),
  unit_id {uuid} REFERENCES unit (id),
  kind text NOT NULL CHECK (kind IN ('file', 'token')),
  -- Of a token: its module, serial number and the key's identifier, as JSON. Of a file: nothing, its name is the id.
  place text NOT NULL,
  -- The certificate and its issuers, PEM.
  chain text NOT NULL,
  fingerprint text NOT NULL,
  used_from {date} NOT NULL,
  used_until {date},
  bound_at {instant} NOT NULL,
  bound_by text NOT NULL,
  CHECK ((post_id IS NULL) <> (unit_id IS NULL)),
  CHECK (used_until IS NULL OR used_until > used_from)
);
CREATE INDEX signing_key_org ON signing_key (org_id, bound_at);
CREATE INDEX signing_key_post ON signing_key (post_id);
CREATE INDEX signing_key_unit ON signing_key (unit_id);
