-- People: how local users sign in, who they are elsewhere, what they allowed which app, and how fast log-in may be tried.

-- Without a password an account is signed in to through another identity provider, or belongs to the demo.
alter table auth_user add column password_hash text;
alter table auth_user add column password_changed_at timestamptz;
alter table auth_user add column active boolean not null default true;
alter table auth_user add column locale text;
alter table auth_user add column npi text;
alter table auth_user add column email text;
alter table auth_user add column created_at timestamptz not null default now();
-- Part of the demo: may be chosen without a password while DEMO is on.
alter table auth_user add column demo boolean not null default false;
update auth_user set demo = true;
create index auth_user_npi on auth_user (npi) where npi is not null;
create index auth_user_email on auth_user (lower(email)) where email is not null;

-- The same person at another issuer of identities: an OpenID provider or a trusted EHR.
create table auth_identity (
  issuer text not null,
  subject text not null,
  username text not null references auth_user on update cascade on delete cascade,
  linked_at timestamptz not null default now(),
  primary key (issuer, subject)
);
create index auth_identity_username on auth_identity (username);

-- Apps that the organisation has approved for all its users: they are not asked.
alter table auth_client add column preapproved boolean not null default false;

-- What a user has answered an app: words of the scope parameter, allowed and declined.
create table auth_consent (
  username text not null references auth_user on update cascade on delete cascade,
  client_id text not null,
  allowed text[] not null,
  declined text[] not null,
  answered_at timestamptz not null,
  primary key (username, client_id)
);

-- Grants are looked for by the user whose they are.
create index auth_record_grant_of_account on auth_record ((payload ->> 'accountId'), (payload ->> 'clientId'))
  where kind = 'Grant';

-- Tries to sign in, by account and by address (hashed): counted before the password is looked at, in all processes alike.
create table auth_throttle (
  kind text not null,
  key text not null,
  tries integer not null,
  tried_at timestamptz not null,
  open_at timestamptz not null,
  primary key (kind, key)
);
create index auth_throttle_tried_at on auth_throttle (tried_at);
