-- A calendar of deadlines under a private link: a person's own, or all of one of the person's units. `digest` is that of
-- the secret in the link, which is shown once and kept nowhere.
CREATE TABLE calendar_feed (
  id {uuid} PRIMARY KEY,
  digest text NOT NULL UNIQUE,
  person_id {uuid} NOT NULL REFERENCES person (id),
  unit_id {uuid} REFERENCES unit (id),
  created_at {instant} NOT NULL
);
CREATE INDEX calendar_feed_person ON calendar_feed (person_id);

-- What the leader of a receiving unit directs about a document (Decree 30/2020, Art. 23), and what came of it.
CREATE TABLE direction (
  delivery_id {uuid} PRIMARY KEY REFERENCES delivery (id),
  org_id {uuid} NOT NULL,
  unit_id {uuid} NOT NULL REFERENCES unit (id),
  remark text NOT NULL,
  due_at {instant},
  directed_at {instant} NOT NULL,
  directed_by text NOT NULL,
  completed_at {instant},
  completed_by text NOT NULL DEFAULT '',
  outcome text NOT NULL DEFAULT ''
);

-- Who does it: `part` is `lead` (one), `support` or `inform`; the name as it was then.
CREATE TABLE direction_person (
  delivery_id {uuid} NOT NULL REFERENCES direction (delivery_id),
  person_id {uuid} NOT NULL REFERENCES person (id),
  part text NOT NULL,
  name text NOT NULL,
  PRIMARY KEY (delivery_id, person_id)
);
CREATE INDEX direction_person_person ON direction_person (person_id);
