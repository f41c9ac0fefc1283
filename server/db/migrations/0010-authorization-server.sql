-- What the authorization server keeps: keys, users, clients, launches, and the records of oidc-provider.

-- Signing keys (JWK with private part) and cookie keys; made once, shared by all processes.
create table auth_key (
  purpose text primary key,
  value jsonb not null,
  created_at timestamptz not null default now()
);

create table auth_user (
  username text primary key,
  name text not null,
  role text not null,
  fhir_user text not null
);

create table auth_client (
  id text primary key,
  name text not null,
  scope text not null,
  metadata jsonb not null
);

-- A launch: made by an EHR (or by the patient choice of a standalone launch), taken once by an authorization request,
-- then the context of its grant, told again with every refreshed token.
create table auth_launch (
  id text primary key,
  client_id text not null,
  username text not null,
  patient text,
  encounter text,
  intent text,
  need_patient_banner boolean,
  used boolean not null default false,
  grant_id text unique,
  expires_at timestamptz not null
);
create index auth_launch_expires_at on auth_launch (expires_at);

-- Sessions, interactions, codes, grants and refresh tokens of oidc-provider.
create table auth_record (
  kind text not null,
  id text not null,
  payload jsonb not null,
  grant_id text,
  user_code text,
  uid text,
  expires_at timestamptz,
  primary key (kind, id)
);
create index auth_record_grant_id on auth_record (grant_id) where grant_id is not null;
create index auth_record_uid on auth_record (uid) where uid is not null;
create index auth_record_user_code on auth_record (user_code) where user_code is not null;
create index auth_record_expires_at on auth_record (expires_at);
