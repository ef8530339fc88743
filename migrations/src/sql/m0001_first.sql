-- Placeholders: {uuid} {instant} {date} {serial} {path} are replaced per database; JSON is kept as text on both.

CREATE TABLE unit (
  id {uuid} PRIMARY KEY,
  org_id {uuid} NOT NULL,
  parent_id {uuid},
  unit_key text NOT NULL UNIQUE,
  kind text NOT NULL,
  account boolean NOT NULL,
  email text,
  valid_from {date} NOT NULL,
  valid_to {date}
);
CREATE INDEX unit_org ON unit (org_id, valid_to);

CREATE TABLE unit_name (
  id {uuid} PRIMARY KEY,
  unit_id {uuid} NOT NULL REFERENCES unit (id),
  name text NOT NULL,
  short text NOT NULL,
  header text NOT NULL,
  place text NOT NULL,
  code text NOT NULL,
  superior text NOT NULL,
  valid_from {date} NOT NULL,
  valid_to {date}
);
CREATE INDEX unit_name_unit ON unit_name (unit_id, valid_from);

CREATE TABLE unit_group (
  id {uuid} PRIMARY KEY,
  org_id {uuid} NOT NULL REFERENCES unit (id),
  group_key text NOT NULL UNIQUE,
  name text NOT NULL,
  phrases text NOT NULL,
  purpose text NOT NULL
);

CREATE TABLE unit_group_member (
  group_id {uuid} NOT NULL REFERENCES unit_group (id),
  unit_id {uuid} NOT NULL REFERENCES unit (id),
  PRIMARY KEY (group_id, unit_id)
);

CREATE TABLE person (
  id {uuid} PRIMARY KEY,
  person_key text NOT NULL UNIQUE,
  name text NOT NULL,
  email text NOT NULL UNIQUE,
  password_hash text,
  sample boolean NOT NULL,
  active boolean NOT NULL,
  failed_sign_ins integer NOT NULL DEFAULT 0,
  locked_until {instant},
  created_at {instant} NOT NULL
);

CREATE TABLE post (
  id {uuid} PRIMARY KEY,
  person_id {uuid} NOT NULL REFERENCES person (id),
  org_id {uuid} NOT NULL REFERENCES unit (id),
  unit_id {uuid} NOT NULL REFERENCES unit (id),
  title text NOT NULL,
  role text NOT NULL,
  valid_from {date} NOT NULL,
  valid_to {date}
);
CREATE INDEX post_person ON post (person_id);
CREATE INDEX post_unit ON post (unit_id, role);
CREATE INDEX post_org ON post (org_id, role);

CREATE TABLE session (
  id text PRIMARY KEY,
  person_id {uuid} NOT NULL REFERENCES person (id),
  created_at {instant} NOT NULL,
  seen_at {instant} NOT NULL,
  expires_at {instant} NOT NULL
);
CREATE INDEX session_person ON session (person_id);

CREATE TABLE org_calendar (
  org_id {uuid} PRIMARY KEY REFERENCES unit (id),
  data text NOT NULL,
  updated_at {instant} NOT NULL
);

CREATE TABLE register (
  id {uuid} PRIMARY KEY,
  org_id {uuid} NOT NULL REFERENCES unit (id),
  owner_id {uuid} NOT NULL REFERENCES unit (id),
  direction text NOT NULL,
  doc_type text NOT NULL,
  year integer NOT NULL,
  next_number integer NOT NULL,
  opened_at_number integer NOT NULL,
  reason text NOT NULL,
  opened_at {instant} NOT NULL,
  closed_at {instant},
  UNIQUE (owner_id, direction, doc_type, year)
);

CREATE TABLE register_entry (
  id {uuid} PRIMARY KEY,
  org_id {uuid} NOT NULL,
  register_id {uuid} NOT NULL REFERENCES register (id),
  number integer NOT NULL,
  symbol text NOT NULL,
  entry_on {date} NOT NULL,
  at {instant} NOT NULL,
  document_id {uuid},
  subject text NOT NULL,
  signer text NOT NULL,
  state text NOT NULL,
  note text NOT NULL,
  by_name text NOT NULL,
  UNIQUE (register_id, number)
);
CREATE UNIQUE INDEX register_entry_document ON register_entry (document_id) WHERE document_id IS NOT NULL;

CREATE TABLE document (
  id {uuid} PRIMARY KEY,
  org_id {uuid} NOT NULL REFERENCES unit (id),
  owner_id {uuid} NOT NULL REFERENCES unit (id),
  doc_type text NOT NULL,
  subject text NOT NULL,
  folded text NOT NULL,
  symbol text NOT NULL,
  number integer,
  issued_on {date},
  year integer NOT NULL,
  state text NOT NULL,
  version integer NOT NULL,
  content_hash text NOT NULL,
  approved_hash text,
  signed_hash text,
  carried_by {uuid},
  instance_id {uuid},
  created_at {instant} NOT NULL,
  created_by {uuid} NOT NULL,
  changed_at {instant} NOT NULL,
  issued_at {instant},
  CHECK (number IS NULL OR signed_hash IS NOT NULL),
  CHECK (state <> 'issued' OR number IS NOT NULL)
);
CREATE INDEX document_org ON document (org_id, changed_at, id);

CREATE TABLE document_version (
  document_id {uuid} NOT NULL REFERENCES document (id),
  version integer NOT NULL,
  draft text NOT NULL,
  unplaced text NOT NULL,
  content_hash text NOT NULL,
  note text NOT NULL,
  created_at {instant} NOT NULL,
  created_by {uuid} NOT NULL,
  by_name text NOT NULL,
  PRIMARY KEY (document_id, version)
);

CREATE TABLE stored_file (
  digest text PRIMARY KEY,
  size bigint NOT NULL,
  media_type text NOT NULL,
  created_at {instant} NOT NULL
);

CREATE TABLE document_file (
  document_id {uuid} NOT NULL REFERENCES document (id),
  kind text NOT NULL,
  version integer NOT NULL,
  digest text NOT NULL REFERENCES stored_file (digest),
  at {instant} NOT NULL,
  PRIMARY KEY (document_id, kind)
);

CREATE TABLE opinion (
  id {uuid} PRIMARY KEY,
  org_id {uuid} NOT NULL,
  document_id {uuid} NOT NULL REFERENCES document (id),
  unit_id {uuid} NOT NULL REFERENCES unit (id),
  due_at {instant} NOT NULL,
  stance text,
  remark text NOT NULL,
  given_at {instant},
  by_name text NOT NULL,
  response_kind text,
  response text NOT NULL,
  responded_at {instant},
  UNIQUE (document_id, unit_id)
);

CREATE TABLE journal (
  id {serial},
  org_id {uuid} NOT NULL,
  at {instant} NOT NULL,
  act text NOT NULL,
  actor_id {uuid},
  actor_name text NOT NULL,
  capacity text NOT NULL,
  document_id {uuid},
  instance_id {uuid},
  unit_id {uuid},
  summary text NOT NULL,
  data text NOT NULL,
  events text NOT NULL
);
CREATE INDEX journal_document ON journal (document_id, id);
CREATE INDEX journal_instance ON journal (instance_id, id);
CREATE INDEX journal_org ON journal (org_id, id);

CREATE TABLE flow_definition (
  hash text PRIMARY KEY,
  process text NOT NULL,
  files text NOT NULL,
  published_at {instant} NOT NULL,
  by_name text NOT NULL,
  retired_at {instant}
);

CREATE TABLE flow_instance (
  id {uuid} PRIMARY KEY,
  org_id {uuid} NOT NULL,
  process text NOT NULL,
  definition text NOT NULL REFERENCES flow_definition (hash),
  document_id {uuid} NOT NULL REFERENCES document (id),
  status text NOT NULL,
  head text NOT NULL,
  started_at {instant} NOT NULL,
  ended_at {instant}
);
CREATE INDEX flow_instance_document ON flow_instance (document_id);

CREATE TABLE flow_scope (
  instance_id {uuid} NOT NULL REFERENCES flow_instance (id),
  path {path} NOT NULL,
  element text NOT NULL,
  data text NOT NULL,
  vars text NOT NULL,
  PRIMARY KEY (instance_id, path)
);

CREATE TABLE flow_task (
  instance_id {uuid} NOT NULL,
  task_id text NOT NULL,
  path {path} NOT NULL,
  org_id {uuid} NOT NULL,
  document_id {uuid} NOT NULL,
  element text NOT NULL,
  name text NOT NULL,
  role text NOT NULL,
  unit_id {uuid},
  person_id {uuid},
  subject_id {uuid},
  state text NOT NULL,
  claimed_by {uuid},
  due_at {instant},
  created_at {instant} NOT NULL,
  PRIMARY KEY (instance_id, task_id),
  FOREIGN KEY (instance_id, path) REFERENCES flow_scope (instance_id, path) ON DELETE CASCADE
);
CREATE INDEX flow_task_unit ON flow_task (unit_id, role, due_at);
CREATE INDEX flow_task_org ON flow_task (org_id, role, due_at);
CREATE INDEX flow_task_person ON flow_task (person_id, due_at);
CREATE INDEX flow_task_document ON flow_task (document_id, element);
CREATE INDEX flow_task_subject ON flow_task (subject_id);
CREATE INDEX flow_task_scope ON flow_task (instance_id, path);

CREATE TABLE flow_timer (
  instance_id {uuid} NOT NULL,
  timer_id text NOT NULL,
  path {path} NOT NULL,
  element text NOT NULL,
  due_at {instant} NOT NULL,
  PRIMARY KEY (instance_id, timer_id),
  FOREIGN KEY (instance_id, path) REFERENCES flow_scope (instance_id, path) ON DELETE CASCADE
);
CREATE INDEX flow_timer_due ON flow_timer (due_at, instance_id, timer_id);
CREATE INDEX flow_timer_scope ON flow_timer (instance_id, path);

CREATE TABLE delivery (
  id {uuid} PRIMARY KEY,
  org_id {uuid} NOT NULL,
  document_id {uuid} NOT NULL REFERENCES document (id),
  unit_id {uuid} NOT NULL REFERENCES unit (id),
  kind text NOT NULL,
  purposes text NOT NULL,
  state text NOT NULL,
  due_at {instant} NOT NULL,
  code_hash text,
  code_tries integer NOT NULL DEFAULT 0,
  task_id text,
  dispatched_at {instant} NOT NULL,
  delivered_at {instant},
  opened_at {instant},
  opened_by text NOT NULL,
  answered_at {instant},
  answered_by text NOT NULL,
  arrival_number integer,
  arrival_year integer,
  refusal text NOT NULL,
  reminders integer NOT NULL DEFAULT 0,
  reminded_at {instant},
  UNIQUE (document_id, unit_id)
);
CREATE INDEX delivery_unit ON delivery (unit_id, state, dispatched_at);
CREATE INDEX delivery_document ON delivery (document_id, state);
CREATE INDEX delivery_task ON delivery (task_id);
CREATE UNIQUE INDEX delivery_arrival ON delivery (unit_id, arrival_year, arrival_number) WHERE arrival_number IS NOT NULL;

CREATE TABLE attestation (
  document_id {uuid} NOT NULL REFERENCES document (id),
  person_id {uuid} NOT NULL REFERENCES person (id),
  org_id {uuid} NOT NULL,
  unit_id {uuid} NOT NULL REFERENCES unit (id),
  asked_at {instant} NOT NULL,
  attested_at {instant},
  PRIMARY KEY (document_id, person_id)
);

CREATE TABLE objective (
  id {uuid} PRIMARY KEY,
  org_id {uuid} NOT NULL,
  document_id {uuid} NOT NULL REFERENCES document (id),
  ordinal integer NOT NULL,
  place text NOT NULL,
  wording text NOT NULL,
  questions text NOT NULL,
  UNIQUE (document_id, ordinal)
);

CREATE TABLE indicator (
  id {uuid} PRIMARY KEY,
  org_id {uuid} NOT NULL,
  objective_id {uuid} NOT NULL REFERENCES objective (id),
  document_id {uuid} NOT NULL REFERENCES document (id),
  ordinal integer NOT NULL,
  code text NOT NULL,
  name text NOT NULL,
  numerator text NOT NULL,
  denominator text NOT NULL,
  comparator text NOT NULL,
  target_n bigint NOT NULL,
  target_d bigint NOT NULL,
  is_count boolean NOT NULL,
  evidence text NOT NULL,
  who_reports text NOT NULL,
  UNIQUE (document_id, code)
);

CREATE TABLE report_period (
  id {uuid} PRIMARY KEY,
  org_id {uuid} NOT NULL,
  document_id {uuid} NOT NULL REFERENCES document (id),
  code text NOT NULL,
  name text NOT NULL,
  from_on {date} NOT NULL,
  cutoff_on {date} NOT NULL,
  opens_at {instant} NOT NULL,
  due_at {instant} NOT NULL,
  consolidate_at {instant} NOT NULL,
  state text NOT NULL,
  UNIQUE (document_id, code)
);

CREATE TABLE unit_report (
  id {uuid} PRIMARY KEY,
  org_id {uuid} NOT NULL,
  document_id {uuid} NOT NULL REFERENCES document (id),
  period_id {uuid} NOT NULL REFERENCES report_period (id),
  unit_id {uuid} NOT NULL REFERENCES unit (id),
  state text NOT NULL,
  version integer NOT NULL,
  approved_version integer NOT NULL DEFAULT 0,
  revision integer NOT NULL DEFAULT 0,
  remark text NOT NULL,
  returned text NOT NULL,
  submitted_at {instant},
  submitted_by text NOT NULL,
  approved_at {instant},
  approved_by text NOT NULL,
  late_days integer NOT NULL DEFAULT 0,
  changed_at {instant} NOT NULL,
  UNIQUE (period_id, unit_id)
);
CREATE INDEX unit_report_unit ON unit_report (unit_id, state);

CREATE TABLE report_value (
  report_id {uuid} NOT NULL REFERENCES unit_report (id),
  indicator_id {uuid} NOT NULL REFERENCES indicator (id),
  version integer NOT NULL,
  numerator bigint,
  denominator bigint,
  nothing_arose boolean NOT NULL,
  cause text NOT NULL,
  measure text NOT NULL,
  owner text NOT NULL,
  measure_due text NOT NULL,
  PRIMARY KEY (report_id, indicator_id, version)
);

CREATE TABLE consolidation (
  id {uuid} PRIMARY KEY,
  org_id {uuid} NOT NULL,
  document_id {uuid} NOT NULL REFERENCES document (id),
  period_id {uuid} REFERENCES report_period (id),
  code text NOT NULL,
  version integer NOT NULL,
  data text NOT NULL,
  report_id {uuid},
  created_at {instant} NOT NULL,
  by_name text NOT NULL,
  UNIQUE (document_id, code, version)
);

CREATE TABLE corrective_action (
  id {uuid} PRIMARY KEY,
  org_id {uuid} NOT NULL,
  document_id {uuid} NOT NULL REFERENCES document (id),
  indicator_id {uuid} NOT NULL REFERENCES indicator (id),
  unit_id {uuid},
  cause text NOT NULL,
  action text NOT NULL,
  owner text NOT NULL,
  due text NOT NULL,
  state text NOT NULL,
  opened_at {instant} NOT NULL
);

CREATE TABLE job (
  id {uuid} PRIMARY KEY,
  job_key text NOT NULL UNIQUE,
  name text NOT NULL,
  payload text NOT NULL,
  run_at {instant} NOT NULL,
  attempts integer NOT NULL DEFAULT 0,
  lease_until {instant},
  lease_by text NOT NULL DEFAULT '',
  done_at {instant},
  failed_at {instant},
  last_error text NOT NULL DEFAULT ''
);
CREATE INDEX job_due ON job (run_at, id) WHERE done_at IS NULL AND failed_at IS NULL;

CREATE TABLE cron_tick (
  name text PRIMARY KEY,
  ticked_at {instant} NOT NULL
);

CREATE TABLE outbox (
  id {uuid} PRIMARY KEY,
  org_id {uuid} NOT NULL,
  mail_key text NOT NULL UNIQUE,
  template text NOT NULL,
  to_name text NOT NULL,
  to_address text NOT NULL,
  cc_addresses text NOT NULL,
  subject text NOT NULL,
  body_text text NOT NULL,
  body_html text NOT NULL,
  document_id {uuid},
  delivery_id {uuid},
  created_at {instant} NOT NULL,
  send_at {instant} NOT NULL,
  attempts integer NOT NULL DEFAULT 0,
  lease_until {instant},
  lease_by text NOT NULL DEFAULT '',
  state text NOT NULL,
  sent_at {instant},
  reply text NOT NULL DEFAULT ''
);
CREATE INDEX outbox_due ON outbox (send_at, id) WHERE state = 'waiting';
CREATE INDEX outbox_document ON outbox (document_id, created_at);

CREATE TABLE saved_form (
  id text PRIMARY KEY,
  person_id {uuid} NOT NULL,
  path text NOT NULL,
  body text NOT NULL,
  saved_at {instant} NOT NULL
);

CREATE TABLE access_log (
  id {serial},
  at {instant} NOT NULL,
  person_id {uuid},
  person_name text NOT NULL,
  unit_id {uuid},
  document_id {uuid},
  what text NOT NULL
);
CREATE INDEX access_log_document ON access_log (document_id, id);
