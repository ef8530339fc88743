-- A server of another program that is told what happens in an organisation.
CREATE TABLE webhook (
  id {uuid} PRIMARY KEY,
  org_id {uuid} NOT NULL REFERENCES unit (id),
  name text NOT NULL,
  url text NOT NULL,
  -- Words with spaces between them: report.submitted report.approved
  events text NOT NULL,
  -- What is sent is signed with it, so it cannot be kept as a digest.
  secret text NOT NULL,
  created_at {instant} NOT NULL,
  created_by text NOT NULL,
  stopped_at {instant}
);
CREATE INDEX webhook_org ON webhook (org_id, created_at);

-- What is sent to it, and what it answered last.
CREATE TABLE webhook_delivery (
  id {uuid} PRIMARY KEY,
  webhook_id {uuid} NOT NULL REFERENCES webhook (id),
  event text NOT NULL,
  body text NOT NULL,
  created_at {instant} NOT NULL,
  -- waiting, delivered, given_up
  state text NOT NULL,
  tries integer NOT NULL,
  tried_at {instant},
  -- The status of the last answer; none where there was no answer.
  status integer,
  -- A word for what came of the last try: answered, redirected, inside …
  came_of text NOT NULL,
  -- The beginning of the answer, or the reason that there is none in the program's words.
  answer text NOT NULL
);
CREATE INDEX webhook_delivery_of ON webhook_delivery (webhook_id, id);
