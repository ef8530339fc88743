-- Which row of the journal stands where in its organisation's Merkle tree, and its leaf.
CREATE TABLE trail_leaf (
  org_id {uuid} NOT NULL,
  position bigint NOT NULL,
  journal_id bigint NOT NULL UNIQUE,
  hash text NOT NULL,
  PRIMARY KEY (org_id, position)
);

-- Signed checkpoints of the trees; the same notes lie outside the database.
CREATE TABLE trail_checkpoint (
  org_id {uuid} NOT NULL,
  size bigint NOT NULL,
  frontier text NOT NULL,
  note text NOT NULL,
  PRIMARY KEY (org_id, size)
);

-- Reading the trail by person and by day.
CREATE INDEX journal_actor ON journal (actor_id, id);
CREATE INDEX journal_at ON journal (org_id, at);
CREATE INDEX access_log_person ON access_log (person_id, id);
