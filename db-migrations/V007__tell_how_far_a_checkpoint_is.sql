-- Why: a stopped run can be resumed from its checkpoint, and its readers are told from where; 0 of 0 is unknown.

alter table run_checkpoint
  add column done bigint not null default 0,
  add column total bigint not null default 0;

-- Serves: forgetting the checkpoints of runs that were stopped and never resumed.
create index run_checkpoint_saved_idx on run_checkpoint (saved_at);
