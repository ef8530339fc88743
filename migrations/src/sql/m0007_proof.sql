-- What happened to a document on its way to its recipients, as lines that are only ever added: each holds the digest of the
-- line before. `event_key` names what is told, so that it is told once.
CREATE TABLE evidence_line (
  document_id {uuid} NOT NULL REFERENCES document (id),
  n bigint NOT NULL,
  event_key text NOT NULL,
  line text NOT NULL,
  PRIMARY KEY (document_id, n),
  UNIQUE (document_id, event_key)
);
