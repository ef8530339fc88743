-- What the drafter confirmed about an indicator that the text proposes; `source` are the words it was confirmed for.
CREATE TABLE confirmed_measure (
  document_id {uuid} NOT NULL REFERENCES document (id),
  code text NOT NULL,
  org_id {uuid} NOT NULL,
  source text NOT NULL,
  name text NOT NULL,
  numerator text NOT NULL,
  denominator text NOT NULL,
  comparator text NOT NULL,
  target_n bigint NOT NULL,
  target_d bigint NOT NULL,
  is_count boolean NOT NULL,
  evidence text NOT NULL,
  who_reports text NOT NULL,
  confirmed_at {instant} NOT NULL,
  by_name text NOT NULL,
  PRIMARY KEY (document_id, code)
);

-- The nine fields of a report regime (Decree 09/2019); one without a document is the organisation's own.
CREATE TABLE report_regime (
  id {uuid} PRIMARY KEY,
  org_id {uuid} NOT NULL REFERENCES unit (id),
  document_id {uuid} REFERENCES document (id),
  name text NOT NULL,
  subject text NOT NULL,
  receiver text NOT NULL,
  method text NOT NULL,
  due_days integer NOT NULL,
  consolidate_days integer NOT NULL,
  frequency text NOT NULL,
  cron text NOT NULL,
  cutoff text NOT NULL,
  outline text NOT NULL,
  data_table text NOT NULL,
  revision integer NOT NULL,
  changed_at {instant} NOT NULL,
  by_name text NOT NULL
);
CREATE UNIQUE INDEX report_regime_document ON report_regime (document_id) WHERE document_id IS NOT NULL;
CREATE UNIQUE INDEX report_regime_org ON report_regime (org_id) WHERE document_id IS NULL;

-- Which unit is asked for which indicator, where the Office said so; otherwise the indicator's own words decide.
CREATE TABLE indicator_unit (
  indicator_id {uuid} NOT NULL REFERENCES indicator (id),
  unit_id {uuid} NOT NULL REFERENCES unit (id),
  asked boolean NOT NULL,
  PRIMARY KEY (indicator_id, unit_id)
);

-- Files behind a report's numbers, from the version that brought them to the one before they were taken away.
CREATE TABLE report_evidence (
  id {uuid} PRIMARY KEY,
  org_id {uuid} NOT NULL,
  report_id {uuid} NOT NULL REFERENCES unit_report (id),
  indicator_id {uuid} REFERENCES indicator (id),
  digest text NOT NULL REFERENCES stored_file (digest),
  name text NOT NULL,
  media_type text NOT NULL,
  size bigint NOT NULL,
  from_version integer NOT NULL,
  until_version integer,
  added_at {instant} NOT NULL,
  added_by text NOT NULL
);
CREATE INDEX report_evidence_report ON report_evidence (report_id);

-- How a unit's spreadsheet is read: which words name which indicator, which columns hold the counts.
CREATE TABLE import_mapping (
  unit_id {uuid} PRIMARY KEY REFERENCES unit (id),
  data text NOT NULL,
  changed_at {instant} NOT NULL,
  by_name text NOT NULL
);

ALTER TABLE corrective_action ADD COLUMN correction text NOT NULL DEFAULT '';
ALTER TABLE corrective_action ADD COLUMN due_on {date};
ALTER TABLE corrective_action ADD COLUMN done_on {date};
ALTER TABLE corrective_action ADD COLUMN effectiveness text NOT NULL DEFAULT '';
ALTER TABLE corrective_action ADD COLUMN closed_at {instant};
ALTER TABLE corrective_action ADD COLUMN closed_by text NOT NULL DEFAULT '';
ALTER TABLE corrective_action ADD COLUMN opened_by text NOT NULL DEFAULT '';
ALTER TABLE corrective_action ADD COLUMN revision integer NOT NULL DEFAULT 0;
ALTER TABLE corrective_action ADD COLUMN reminded_at {instant};
CREATE INDEX corrective_action_document ON corrective_action (document_id, state);
CREATE INDEX corrective_action_due ON corrective_action (due_on) WHERE state <> 'closed';
