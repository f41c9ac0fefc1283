-- Code systems whose concepts are loaded into tables (CodeSystem/$import), for those too large for a resource. `header` is
-- the CodeSystem without its concepts.
create table terminology_system (
  id integer primary key generated always as identity,
  url text collate "C" not null unique,
  header jsonb not null
);

-- A concept that is only named as the parent of another is not `defined`: nobody sees it. `words` are those of the display
-- and the designations, in lower case without accents.
create table concept (
  id integer primary key generated always as identity,
  system integer not null references terminology_system,
  code text collate "C" not null,
  display text collate "C",
  definition text collate "C",
  designation jsonb,
  property jsonb,
  words tsvector,
  defined boolean not null default false,
  import text collate "C" not null,
  unique (system, code)
);
create index concept_by_property on concept using gin (property jsonb_path_ops);
create index concept_by_word on concept using gin (words);

-- What stands right above a concept, and all that stands above it.
create table concept_parent (
  child integer not null,
  parent integer not null,
  primary key (child, parent)
);
create index concept_parent_by_parent on concept_parent (parent, child);
create table concept_closure (
  descendant integer not null,
  ancestor integer not null,
  primary key (descendant, ancestor)
);
create index concept_closure_by_ancestor on concept_closure (ancestor, descendant);

-- Concepts that wait for the job that loads them.
create table concept_import (
  import text collate "C" not null,
  part integer not null,
  concepts jsonb not null,
  primary key (import, part)
);

-- Raised with each change of what is loaded, so that every process knows when to look again.
create table terminology_generation (
  value bigint not null
);
insert into terminology_generation values (0);
