-- The resource store: current versions, history, and one narrow index table per search parameter type.

-- Keys made once per installation: the surrogate's hash key, the cursor signature's key.
create table secret (
  name text primary key,
  value bytea not null
);

-- Small numbers for resource types, search parameters and code systems; interned in every process.
create table resource_type (
  id smallint primary key generated always as identity,
  name text not null unique
);
create table search_parameter (
  id smallint primary key generated always as identity,
  type text not null,
  code text not null,
  unique (type, code)
);
create table code_system (
  id integer primary key generated always as identity,
  url text collate "C" not null unique
);

-- Current versions. `rid` is a keyed 64-bit hash of `Type/id` (db/rid.ts), so it needs no look-up and is the one
-- key on which every table can be sharded. `content` holds exactly the bytes that are served; empty when deleted.
create table resource (
  rid bigint primary key,
  type smallint not null,
  id text collate "C" not null,
  version integer not null,
  last_updated timestamptz not null,
  method "char" not null,
  deleted boolean not null,
  xid xid8 not null default pg_current_xact_id(),
  content text collate "C" not null
);
create index resource_by_recency on resource (type, last_updated desc, rid desc) where not deleted;

-- Versions that were replaced; append-only.
create table history (
  rid bigint not null,
  version integer not null,
  type smallint not null,
  last_updated timestamptz not null,
  method "char" not null,
  deleted boolean not null,
  xid xid8 not null,
  superseded_xid xid8 not null default pg_current_xact_id(),
  content text collate "C" not null,
  primary key (rid, version)
);
create index history_by_superseded on history (superseded_xid);

create table index_token (
  param smallint not null,
  system integer not null,
  code text collate "C" not null,
  last_updated timestamptz not null,
  rid bigint not null
);
create index index_token_by_value on index_token (param, code, last_updated desc, rid desc) include (system);
create index index_token_by_rid on index_token (rid, param);

create table index_string (
  param smallint not null,
  value text collate "C" not null,
  exact text collate "C" not null,
  last_updated timestamptz not null,
  rid bigint not null
);
create index index_string_by_value on index_string (param, value, last_updated desc, rid desc);
create index index_string_by_rid on index_string (rid, param);

-- Half-open ranges [low, high).
create table index_date (
  param smallint not null,
  low timestamptz not null,
  high timestamptz not null,
  last_updated timestamptz not null,
  rid bigint not null
);
create index index_date_by_low on index_date (param, low, last_updated desc, rid desc) include (high);
create index index_date_by_high on index_date (param, high, last_updated desc, rid desc) include (low);
create index index_date_by_rid on index_date (rid, param);

-- `target` is the rid of `Type/id`, or the same hash of a canonical or absolute URL.
create table index_reference (
  param smallint not null,
  target bigint not null,
  last_updated timestamptz not null,
  rid bigint not null
);
create index index_reference_by_value on index_reference (param, target, last_updated desc, rid desc);
create index index_reference_by_rid on index_reference (rid, param);

create table index_uri (
  param smallint not null,
  value text collate "C" not null,
  last_updated timestamptz not null,
  rid bigint not null
);
create index index_uri_by_value on index_uri (param, value, last_updated desc, rid desc);
create index index_uri_by_rid on index_uri (rid, param);

-- The planner learns which values go with which parameter.
create statistics index_token_statistics (mcv, ndistinct) on param, code from index_token;
create statistics index_reference_statistics (mcv, ndistinct) on param, target from index_reference;
create statistics index_uri_statistics (mcv, ndistinct) on param, value from index_uri;

-- lz4 where this PostgreSQL was built with it (the embedded one is not).
do $$
begin
  if exists (select from pg_settings where name = 'default_toast_compression' and 'lz4' = any (enumvals)) then
    alter table resource alter column content set compression lz4;
    alter table history alter column content set compression lz4;
  end if;
end $$;
