-- A file that goes to the signer's own machine to be signed there, and what comes back.
CREATE TABLE workstation_signing (
  id {uuid} PRIMARY KEY,
  document_id {uuid} NOT NULL REFERENCES document (id),
  purpose text NOT NULL CHECK (purpose IN ('sign', 'seal')),
  -- The key that must have signed; a row of signing_key, which may be taken away on its first day.
  key_id {uuid} NOT NULL,
  person_id {uuid} NOT NULL REFERENCES person (id),
  -- The content that was shown when the file was made.
  content_hash text NOT NULL,
  -- Digests: of the file that goes, and of the checked file that came back.
  given text NOT NULL,
  returned text,
  begun_at {instant} NOT NULL,
  ends_at {instant} NOT NULL,
  -- Digest of the newest one-time secret of the two addresses; each is good once.
  token text UNIQUE,
  token_ends_at {instant},
  fetched_at {instant},
  returned_at {instant}
);
CREATE INDEX workstation_signing_document ON workstation_signing (document_id);
