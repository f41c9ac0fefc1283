-- The chain of audit events: each hash covers the one before it and the bytes of the stored AuditEvent, so that nothing in
-- between can be changed, left out or put in without every later hash being another one.
create table audit_chain (
  seq bigint primary key,
  rid bigint not null unique,
  -- Logical id of the AuditEvent.
  id text collate "C" not null unique,
  -- sha256(hash of seq - 1, nothing for the first, then the bytes of the first version).
  hash bytea not null
);

-- How far each file of a journal is stored: moved in the transaction that stores its lines, so that each is stored once.
create table audit_position (
  file text collate "C" primary key,
  position bigint not null
);

-- Writes that were begun, and whose end has not been read: what is left when their process has ended was never answered.
create table audit_begun (
  id text collate "C" primary key,
  writer text collate "C" not null,
  line text not null
);
create index audit_begun_by_writer on audit_begun (writer);
