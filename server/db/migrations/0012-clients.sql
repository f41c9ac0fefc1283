-- What the authorization server knows of clients beyond their metadata, its signing keys one by one, and what was revoked.

-- Whose policy holds for the client itself (code of cn-role), and which patients are the client's.
alter table auth_client add column role text;
alter table auth_client add column members jsonb;

-- Signing keys (JWK with private part): the newest of an algorithm signs; those that retire verify until they have.
create table auth_signing_key (
  kid text primary key,
  alg text not null,
  value jsonb not null,
  created_at timestamptz not null default now(),
  retires_at timestamptz
);
insert into auth_signing_key (kid, alg, value, created_at)
  select value ->> 'kid', value ->> 'alg', value, created_at from auth_key
  where purpose in ('access-token', 'id-token');
delete from auth_key where purpose in ('access-token', 'id-token');

-- Access tokens that are no longer good, by their jti or the id of their grant, until the last of them has expired.
create table auth_revocation (
  id text primary key,
  revoked_at timestamptz not null default clock_timestamp(),
  expires_at timestamptz not null
);
create index auth_revocation_revoked_at on auth_revocation (revoked_at);
create index auth_revocation_expires_at on auth_revocation (expires_at);

-- Codes and refresh tokens are kept by the hash of their value; those of before are good no more.
delete from auth_record where kind in ('AuthorizationCode', 'RefreshToken');
