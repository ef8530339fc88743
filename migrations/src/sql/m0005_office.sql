-- What the installation remembers of itself: the code of the first day and security settings.
CREATE TABLE installation (
  name text PRIMARY KEY,
  value text NOT NULL,
  at {instant} NOT NULL
);

-- `awaits` is empty for a session that is fully signed in, `code` before the second factor, `enrol` where one must be set up.
ALTER TABLE session ADD COLUMN awaits text NOT NULL DEFAULT '';
ALTER TABLE session ADD COLUMN proved_at {instant};
ALTER TABLE session ADD COLUMN address text NOT NULL DEFAULT '';
ALTER TABLE session ADD COLUMN device text NOT NULL DEFAULT '';

CREATE TABLE second_factor (
  person_id {uuid} PRIMARY KEY REFERENCES person (id),
  secret text NOT NULL,
  last_step bigint NOT NULL,
  created_at {instant} NOT NULL,
  confirmed_at {instant}
);

CREATE TABLE recovery_code (
  person_id {uuid} NOT NULL REFERENCES person (id),
  code_hash text NOT NULL,
  used_at {instant},
  PRIMARY KEY (person_id, code_hash)
);

-- A link that lets its person choose a password once; the key is the digest of the secret in the link.
CREATE TABLE ticket (
  id text PRIMARY KEY,
  person_id {uuid} NOT NULL REFERENCES person (id),
  purpose text NOT NULL,
  created_at {instant} NOT NULL,
  expires_at {instant} NOT NULL
);
CREATE INDEX ticket_person ON ticket (person_id);

CREATE TABLE sign_in_try (
  address text PRIMARY KEY,
  failed integer NOT NULL,
  last_at {instant} NOT NULL
);
