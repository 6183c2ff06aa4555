-- Why: a long verification whose worker dies goes on where it was, instead of from the start.

create table run_checkpoint (
  run_id bigint primary key references run (id) on delete cascade,
  -- what the kind of analysis wrote for itself; replaced by each newer one, gone when the run ends
  state bytea not null,
  saved_at timestamptz not null
);
-- Doubles that hardly compress, rewritten every few seconds.
alter table run_checkpoint alter column state set storage external;
