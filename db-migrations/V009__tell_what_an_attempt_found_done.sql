-- Why: the rate of a resumed run must not count steps that an earlier attempt computed.

alter table run add column kept bigint not null default 0;
