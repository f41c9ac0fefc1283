-- EHRs of other houses whose users open the app from their own charts: who they are, what of theirs counts here, and
-- what is remembered of their patients and users.

-- The registry, one row an EHR, kept with `npm run ehrs`.
create table auth_issuer (
  -- Its FHIR base without a trailing slash: the iss of its launches.
  fhir_base text primary key,
  name text not null,
  -- Who signs its id tokens (iss), and where the keys are.
  issuer text not null,
  jwks_uri text not null,
  -- This product as a client there; private_key is a JWK, where that EHR asks for private_key_jwt.
  client_id text not null,
  private_key jsonb,
  -- What is asked for there, space-separated.
  scope text not null,
  -- Whether the EHR's access token is used to read the patient and the practitioner from it.
  reads_charts boolean not null,
  -- Whether a practitioner's NPI told by it finds the local user.
  match_npi boolean not null,
  -- Systems of patient identifiers that mean the same person there and here.
  patient_systems text[] not null,
  -- Origins of the pages in which it shows the app in a frame.
  frame_origins text[] not null,
  active boolean not null default true,
  created_at timestamptz not null default now()
);

-- Id tokens that were exchanged, by the hash of what they say, until they expire by themselves.
create table auth_exchange (
  hash text primary key,
  expires_at timestamptz not null
);
create index auth_exchange_expires_at on auth_exchange (expires_at);

-- An exchange that waits for its user to say which local patient is meant; code is a hash.
create table auth_confirmation (
  code text primary key,
  content jsonb not null,
  expires_at timestamptz not null
);
create index auth_confirmation_expires_at on auth_confirmation (expires_at);

-- Patients of an EHR whom somebody has confirmed to be a local patient.
create table auth_patient_link (
  fhir_base text not null references auth_issuer on delete cascade,
  ehr_patient text not null,
  patient text not null,
  confirmed_by text not null,
  confirmed_at timestamptz not null,
  primary key (fhir_base, ehr_patient)
);

-- Users of an EHR who are nobody here yet; an administrator links them by the code (npm run ehrs -- link CODE USERNAME).
create table auth_link_request (
  code text primary key,
  issuer text not null,
  subject text not null,
  expires_at timestamptz not null,
  unique (issuer, subject)
);
