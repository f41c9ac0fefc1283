-- Service clocks: the moments at which something is done when it has not happened by then, one row a moment.
create table service_clock (
  rid bigint not null,
  -- The name of the clock, and which of its moments it is.
  clock text collate "C" not null,
  step text collate "C" not null,
  due timestamptz not null,
  -- When it is tried: when it is due, or later when it has failed.
  at timestamptz not null,
  attempts smallint not null default 0,
  -- When it struck; it strikes once.
  struck timestamptz,
  -- When it was given up.
  failed timestamptz,
  primary key (rid, clock, step, due)
);
create index service_clock_running on service_clock (at) where struck is null and failed is null;

-- Transactions that loaded a history: what was due by then does not strike.
create table loaded_transaction (
  xid xid8 primary key
);

-- How far a reader has come within the transaction that its position names: every change up to and with `seq` is behind it.
alter table feed_position add column seq bigint not null default -1;
insert into feed_position (reader, xid) values ('clock', '0');
