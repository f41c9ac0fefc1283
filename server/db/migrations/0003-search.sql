-- Everything that R4 searches by: numbers, quantities, composites, positions and text; the change feed; jobs.

-- Numbers as closed ranges [low, high]; a single value is both.
create table index_number (
  param smallint not null,
  low numeric not null,
  high numeric not null,
  last_updated timestamptz not null,
  rid bigint not null
);
create index index_number_by_value on index_number (param, low, last_updated desc, rid desc) include (high);
create index index_number_by_high on index_number (param, high) include (low);
create index index_number_by_rid on index_number (rid, param);

-- Quantities as they came (system and code, and the unit's text without a system), and once more in canonical UCUM
-- units under the reserved system -2.
create table index_quantity (
  param smallint not null,
  system integer not null,
  code text collate "C" not null,
  low numeric not null,
  high numeric not null,
  last_updated timestamptz not null,
  rid bigint not null
);
create index index_quantity_by_value on index_quantity (param, code, low, last_updated desc, rid desc) include (system, high);
create index index_quantity_by_high on index_quantity (param, code, high) include (system, low);
create index index_quantity_by_rid on index_quantity (rid, param);

-- One row per component group. The columns of a component are those of its type's own table, led by its place: c1_, c2_,
-- c3_; those that its types do not have stay null.
create table index_composite (
  param smallint not null,
  c1_system integer,
  c1_code text collate "C",
  c1_target bigint,
  c2_system integer,
  c2_code text collate "C",
  c2_value text collate "C",
  c2_exact text collate "C",
  c2_from timestamptz,
  c2_to timestamptz,
  c2_low numeric,
  c2_high numeric,
  c3_low numeric,
  c3_high numeric,
  last_updated timestamptz not null,
  rid bigint not null
);
create index index_composite_by_token on index_composite (param, c1_code, last_updated desc, rid desc) where c1_code is not null;
create index index_composite_by_number on index_composite (param, c1_code, c2_low) where c2_low is not null;
create index index_composite_by_high on index_composite (param, c1_code, c2_high) where c2_high is not null;
create index index_composite_by_target on index_composite (param, c1_target, last_updated desc, rid desc) where c1_target is not null;
create index index_composite_by_rid on index_composite (rid, param);

-- Positions in degrees (WGS84).
create table index_position (
  param smallint not null,
  latitude double precision not null,
  longitude double precision not null,
  last_updated timestamptz not null,
  rid bigint not null
);
create index index_position_by_value on index_position (param, latitude, longitude);
create index index_position_by_rid on index_position (rid, param);

-- Words of current versions, for _text and _content; filled behind the change feed, never in a write's own time.
create table index_text (
  rid bigint primary key,
  narrative tsvector not null,
  content tsvector not null
);
create index index_text_narrative on index_text using gin (narrative);
create index index_text_content on index_text using gin (content);
-- Words beside codes (CodeableConcept.text, Coding.display, Identifier.type.text), for the modifier :text.
create table index_display (
  param smallint not null,
  value text collate "C" not null,
  rid bigint not null
);
create index index_display_by_value on index_display (param, value, rid);
create index index_display_by_rid on index_display (rid, param);

-- The change feed: one row a version, written by the write itself. Readers take only rows whose xid is below
-- pg_snapshot_xmin(pg_current_snapshot()), in the order of (xid, seq): nothing that commits late is passed over.
create table change (
  seq bigint generated always as identity (cache 32),
  xid xid8 not null default pg_current_xact_id(),
  rid bigint not null,
  type smallint not null,
  version integer not null,
  method "char" not null,
  last_updated timestamptz not null
);
-- History pages go by time, then by resource and version: of versions of one instant the later comes first, whichever
-- connection took which number.
create index change_newest on change (type, last_updated desc, rid desc, version desc);
create index change_by_xid on change (xid, seq);

insert into change (xid, rid, type, version, method, last_updated)
select xid, rid, type, version, method, last_updated from (
  select xid, rid, type, version, method, last_updated from resource
  union all
  select xid, rid, type, version, method, last_updated from history
) v order by last_updated, version;

-- How far each reader of the feed has come: every change of a transaction below `xid` is behind it.
create table feed_position (
  reader text primary key,
  xid xid8 not null
);

-- Work that outlives a process: taken under a lease, carried on from its checkpoint.
create table job (
  id text collate "C" primary key,
  kind text not null,
  -- queued, running, completed, failed, cancelled
  state text not null default 'queued',
  input jsonb not null,
  checkpoint jsonb,
  counts jsonb not null default '{}',
  error text,
  lease_owner text,
  lease_until timestamptz,
  created timestamptz not null default now(),
  updated timestamptz not null default now()
);
create index job_open on job (created) where state in ('queued', 'running');

-- Which search parameters index rows exist for. `active`: complete, searched by. `building`: writers make rows, a job
-- makes those of what is there already. The generation changes with every change of this list.
alter table search_parameter add column state text not null default 'active';
create table search_parameter_generation (
  only_row boolean primary key default true check (only_row),
  value integer not null
);
insert into search_parameter_generation (value) values (1);

create statistics index_quantity_statistics (mcv, ndistinct) on param, code from index_quantity;
create statistics index_composite_statistics (mcv, ndistinct) on param, c1_code from index_composite;
