-- Keys in people's telephones, computers and security keys (W3C Web Authentication), and the questions that wait for an
-- answer by one.
CREATE TABLE passkey (
  id text PRIMARY KEY,
  person_id {uuid} NOT NULL REFERENCES person (id),
  name text NOT NULL,
  public_key text NOT NULL,
  uses bigint NOT NULL,
  made_at {instant} NOT NULL,
  used_at {instant}
);
CREATE INDEX passkey_person ON passkey (person_id);

-- Each is asked for one purpose, of one person or (empty) of whoever comes, and answered once.
CREATE TABLE passkey_challenge (
  hash text PRIMARY KEY,
  purpose text NOT NULL,
  asked text NOT NULL,
  expires_at {instant} NOT NULL
);
CREATE INDEX passkey_challenge_over ON passkey_challenge (expires_at);
