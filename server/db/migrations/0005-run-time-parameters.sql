-- Search parameters that are posted at run time. A changed definition gets a row, and so index rows, of its own beside the
-- one that searches still use; `retired` ones wait for their index rows to be removed.
alter table search_parameter drop constraint search_parameter_type_code_key;
create unique index search_parameter_by_code on search_parameter (type, code, state) where state <> 'retired';
-- The definition of a posted one; null for those that the program brings. The job that makes its index rows.
alter table search_parameter add column definition jsonb;
alter table search_parameter add column job text collate "C";

-- Runs in a row without progress, and the earliest instant of the next one.
alter table job add column attempts integer not null default 0;
alter table job add column run_after timestamptz not null default now();

-- Resources that the version before indexed get the rows that its parameters have now: built beside the present ones, which
-- searches use until then.
insert into search_parameter (type, code, state)
select type, code, 'building' from search_parameter where code <> '_compartment' and exists (select from resource);
update search_parameter_generation set value = value + 1 where exists (select from resource);
