-- Two more kinds of keys. SQLite cannot change a check, so the table is made anew.
CREATE TABLE signing_key_wider (
  id {uuid} PRIMARY KEY,
  org_id {uuid} NOT NULL REFERENCES unit (id),
  post_id {uuid} REFERENCES post (id),
  unit_id {uuid} REFERENCES unit (id),
  kind text NOT NULL CHECK (kind IN ('file', 'token', 'remote', 'workstation')),
  -- Where the key is, as JSON: of a token its module, serial number and identifier; of a signing service its address,
  -- the key's name there and what it asks for. Of a file and of the signer's own machine: nothing.
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
INSERT INTO signing_key_wider (id, org_id, post_id, unit_id, kind, place, chain, fingerprint, used_from, used_until, bound_at, bound_by)
SELECT id, org_id, post_id, unit_id, kind, place, chain, fingerprint, used_from, used_until, bound_at, bound_by
FROM signing_key;
DROP TABLE signing_key;
ALTER TABLE signing_key_wider RENAME TO signing_key;
CREATE INDEX signing_key_org ON signing_key (org_id, bound_at);
CREATE INDEX signing_key_post ON signing_key (post_id);
CREATE INDEX signing_key_unit ON signing_key (unit_id);
