-- Who made the latest versions of tasks, for as long as they can take them back. It need not outlive a crash, so it is not
-- logged; an index that is not unique keeps no task from being written.
create unlogged table undoable (
  rid bigint not null,
  version integer not null,
  -- The user, and the app that they used.
  writer text collate "C" not null,
  -- Everything that was written with it has the same transaction in `change`.
  xid xid8 not null default pg_current_xact_id(),
  -- Writes of others share the transaction: this version alone belongs to it.
  shared boolean not null,
  at timestamptz not null
);
create index undoable_by_version on undoable (rid, version);
