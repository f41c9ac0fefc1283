-- What patients permit and deny of their labelled content, flattened from their Consents (search/param/directive.ts). The label
-- '' stands for any but psychotherapy notes; null for any actor, any purpose; [low, high) is when it holds. `rule` and `last`: a
-- denial gives way to permissions of the same Consent that are exceptions to it, `rule` < their `rule` <= `last`.
create table index_directive (
  param smallint not null,
  patient bigint not null,
  label text collate "C" not null,
  actor bigint,
  purpose text collate "C",
  permit boolean not null,
  low timestamptz not null,
  high timestamptz not null,
  rule smallint not null,
  last smallint not null,
  last_updated timestamptz not null,
  rid bigint not null
);
create index index_directive_by_patient on index_directive (patient, permit);
create index index_directive_by_rid on index_directive (rid, param);

-- Charts that somebody has opened in an emergency: from when until when, and why. Each opening is kept.
create table break_glass (
  subject text not null,
  patient bigint not null,
  until timestamptz not null,
  reason text not null,
  at timestamptz not null,
  primary key (subject, patient, at)
);

-- Labels of what is stored already: they hide from the first start on. On an empty database the program adds the parameter.
create temp table label on commit drop as
select code, case code when 'V' then 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality'
  else 'http://terminology.hl7.org/CodeSystem/v3-ActCode' end as system
from unnest('{PSY,MH,BH,PSYTHPN,SUD,ETH,ETHUD,OPIOIDUD,HIV,STD,SDV,VIO,COGN,42CFRPart2,V}'::text[]) code;
create temp table named_system on commit drop as
select url, system from (values
  ('http://hl7.org/fhir/v3/ActCode', 'http://terminology.hl7.org/CodeSystem/v3-ActCode'),
  ('urn:oid:2.16.840.1.113883.5.4', 'http://terminology.hl7.org/CodeSystem/v3-ActCode'),
  ('http://hl7.org/fhir/v3/Confidentiality', 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality'),
  ('urn:oid:2.16.840.1.113883.5.25', 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality')
) n(url, system)
union all select distinct system, system from label;
insert into search_parameter (type, code)
select 'Resource', '_sensitivity' where exists (select from resource);
insert into code_system (url) select distinct system from label where exists (select from resource)
on conflict do nothing;

-- Codings of a resource that may be labels: its own, those of resources in it, and those of elements. One that cannot be read
-- has every label.
create function pg_temp.labels_of(content text) returns table (system text, code text) language plpgsql as $$
begin
  return query select distinct c.value ->> 'system', c.value ->> 'code' from (
    select jsonb_path_query(content::jsonb, '$.** ? (@.type() == "object").meta.security[*]', silent => true) as value
    union all
    select jsonb_path_query(content::jsonb, '$.** ? (@.type() == "object" && @.url == $url).valueCoding', jsonb_build_object('url',
      'http://hl7.org/fhir/uv/security-label-ds4p/StructureDefinition/extension-inline-sec-label'), silent => true)
  ) c where jsonb_typeof(c.value) = 'object';
exception when others then
  return query select null::text, l.code from label l;
end $$;
insert into index_token (param, system, code, last_updated, rid)
select distinct p.id, s.id, l.code, r.last_updated, r.rid
from resource r
cross join lateral pg_temp.labels_of(r.content) f
join label l on l.code = f.code and (f.system is null or l.system = (select n.system from named_system n where n.url = f.system))
join code_system s on s.url = l.system
join search_parameter p on p.type = 'Resource' and p.code = '_sensitivity'
where not r.deleted and (r.content like '%"security"%' or r.content like '%/extension-inline-sec-label"%');
drop function pg_temp.labels_of(text);
update search_parameter_generation set value = value + 1 where exists (select from resource);
