-- A reorganisation as it was decided: its plan as a file, what it changed (for undoing it), who applied and who undid it.
CREATE TABLE reorganisation (
  id {uuid} PRIMARY KEY,
  org_id {uuid} NOT NULL REFERENCES unit (id),
  title text NOT NULL,
  basis text NOT NULL,
  effective_on {date} NOT NULL,
  plan text NOT NULL,
  changes text NOT NULL,
  applied_at {instant} NOT NULL,
  applied_by text NOT NULL,
  undone_at {instant},
  undone_by text NOT NULL DEFAULT ''
);
CREATE INDEX reorganisation_org ON reorganisation (org_id, applied_at);

-- Which unit stands in for one that has ended, from which day on. Also over several reorganisations: who succeeds a
-- successor succeeds its predecessors.
CREATE TABLE succession (
  from_id {uuid} NOT NULL REFERENCES unit (id),
  to_id {uuid} NOT NULL REFERENCES unit (id),
  from_org_id {uuid} NOT NULL REFERENCES unit (id),
  kind text NOT NULL,
  -- Whether it takes over what was still to be done; of several successors one does.
  duties boolean NOT NULL,
  effective_on {date} NOT NULL,
  reorganisation_id {uuid} NOT NULL REFERENCES reorganisation (id),
  PRIMARY KEY (from_id, to_id)
);
CREATE INDEX succession_to ON succession (to_id);

-- In whose register of arrivals an answer for a unit that has ended was entered; empty: in its own.
ALTER TABLE delivery ADD COLUMN arrival_owner_id {uuid};
DROP INDEX delivery_arrival;
CREATE UNIQUE INDEX delivery_arrival ON delivery ((COALESCE(arrival_owner_id, unit_id)), arrival_year, arrival_number)
  WHERE arrival_number IS NOT NULL
