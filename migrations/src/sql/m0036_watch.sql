-- What watches an installation asks every few seconds how much needs a person: that must not read whole tables.
CREATE INDEX outbox_not_arrived ON outbox (created_at)
  WHERE state IN ('refused', 'given_up', 'bounced', 'held', 'unknown');
CREATE INDEX job_given_up ON job (failed_at) WHERE failed_at IS NOT NULL;
