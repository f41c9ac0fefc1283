-- What an EHR says of a launch beyond patient and encounter: other resources in context, and whose organisation it is.
alter table auth_launch
  add column fhir_context jsonb,
  add column tenant text;
