-- What access asks of few rows, as functions: their plans are kept by each connection, while the plan of a search is made anew
-- every time. `caller` says who asks (search/visibility/caller.ts): user and payors as surrogates, the labels that are shown
-- always and with a consent, purposes of use, and the ids of the search parameters that are followed.

-- The surrogates that stand for a user: their role at an organization, and themselves.
create function access_person(caller jsonb) returns bigint[] language sql stable parallel safe as $$
  select array(
    select (caller ->> 'user')::bigint where caller ->> 'user' is not null
    union all
    select r.target from index_reference r
    where r.rid = (caller ->> 'user')::bigint and r.param = (caller -> 'ids' ->> 'practitioner')::smallint)
$$;

-- Whom consents may name so that the user, or the client, is meant: also the organization of the role, teams, payors.
create function access_actors(caller jsonb) returns bigint[] language sql stable parallel safe as $$
  select access_person(caller) || array(
    select value::bigint from jsonb_array_elements_text(caller -> 'payors')
    union all
    select r.target from index_reference r
    where r.rid = (caller ->> 'user')::bigint and r.param = (caller -> 'ids' ->> 'organization')::smallint
    union all
    select r.rid from index_reference r
    where r.param = (caller -> 'ids' ->> 'participant')::smallint and r.target = any (access_person(caller)))
$$;

-- Whether a patient is assigned to the user: by an active CareTeam, an open Task of theirs, or as general practitioner.
create function access_assigned(patient bigint, caller jsonb) returns boolean language plpgsql stable parallel safe as $$
declare
  person constant bigint[] := access_person(caller);
  ids constant jsonb := caller -> 'ids';
  team_patient constant smallint := ids ->> 'teamPatient';
  participant constant smallint := ids ->> 'participant';
  team_status constant smallint := ids ->> 'teamStatus';
  task_patient constant smallint := ids ->> 'taskPatient';
  task_owner constant smallint := ids ->> 'taskOwner';
  task_status constant smallint := ids ->> 'taskStatus';
  practitioner constant smallint := ids ->> 'generalPractitioner';
begin
  return exists (
      select from index_reference t
      join index_reference m on m.rid = t.rid and m.param = participant and m.target = any (person)
      join index_token s on s.rid = t.rid and s.param = team_status and s.code = 'active'
      where t.param = team_patient and t.target = patient)
    or exists (
      select from index_reference g
      where g.rid = patient and g.param = practitioner and g.target = any (person))
    or exists (
      select from index_reference t
      join index_reference o on o.rid = t.rid and o.param = task_owner and o.target = any (person)
      join index_token s on s.rid = t.rid and s.param = task_status
        and s.code <> all ('{rejected,cancelled,failed,completed,entered-in-error}')
      where t.param = task_patient and t.target = patient);
end $$;

-- Whether a directive is about a label of a patient's content, the caller, their purpose and this moment.
create function access_fits(d index_directive, label text, actors bigint[], purposes text[]) returns boolean
language sql stable parallel safe as $$
  select (d.label = $2 or (d.label = '' and $2 <> 'PSYTHPN'))
    and (d.actor is null or d.actor = any ($3)) and (d.purpose is null or d.purpose = any ($4))
    and d.low <= now() and d.high > now()
$$;

-- Whether a label of a patient's content is shown: always, by the patient's consent, or in a chart opened in an emergency.
-- A denial wins but over what a later rule of the same consent permits all the same. Psychotherapy notes are shown by a
-- consent that names them, and by nothing else.
create function access_shows(patient bigint, label text, caller jsonb) returns boolean language plpgsql stable parallel safe as $$
declare
  actors bigint[];
  purposes text[];
  directive constant smallint := caller -> 'ids' ->> 'directive';
begin
  if caller -> 'shown' ? label then
    return true;
  end if;
  if (caller ->> 'glass')::boolean and label <> 'PSYTHPN' and exists (
      select from break_glass b
      where b.subject = caller ->> 'subject' and b.patient = access_shows.patient and b.until > now()) then
    return true;
  end if;
  if not caller -> 'consented' ? label
      or ((caller ->> 'ofAssigned')::boolean and not access_assigned(patient, caller)) then
    return false;
  end if;
  actors := access_actors(caller);
  purposes := array(select jsonb_array_elements_text(caller -> 'purposes'));
  return exists (
      select from index_directive d where d.param = directive and d.patient = access_shows.patient
        and d.permit and access_fits(d, access_shows.label, actors, purposes))
    and not exists (
      select from index_directive d where d.param = directive and d.patient = access_shows.patient
        and not d.permit and access_fits(d, access_shows.label, actors, purposes)
        and not exists (
          select from index_directive e where e.rid = d.rid and e.param = directive and e.patient = access_shows.patient
            and e.permit and e.rule > d.rule and e.rule <= d.last
            and access_fits(e, access_shows.label, actors, purposes)));
end $$;

-- Whether a label on a resource is shown to the caller, for the sake of one of its patients.
create function access_shows_on(resource bigint, label text, caller jsonb) returns boolean
language plpgsql stable parallel safe as $$
begin
  return exists (
    select from index_reference c
    where c.rid = resource and c.param = (caller -> 'ids' ->> 'compartment')::smallint
      and access_shows(c.target, access_shows_on.label, caller));
end $$;
