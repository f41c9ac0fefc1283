-- Contained resources have index rows of their own: under a surrogate of their own, and the negated ids of parameters.
-- Words of one are removed with those of the resource that contains it; null: contained in none.
alter table index_display add column container bigint;
create index index_display_by_container on index_display (container) where container is not null;

-- Where such resources are stored already, all rows are built anew beside the present ones, which searches use until then.
-- What was being built begins again.
create temp table rebuilt on commit drop as
select distinct on (type, code) type, code, definition from search_parameter
where state <> 'retired' and code <> '_compartment'
  and exists (select from resource where not deleted and content like '%"contained":%')
order by type, code, state desc;
update search_parameter set state = 'retired', job = null where state = 'building' and exists (select from rebuilt);
insert into search_parameter (type, code, state, definition) select type, code, 'building', definition from rebuilt;
update search_parameter_generation set value = value + 1 where exists (select from rebuilt);
