-- Bulk exports: the request as it was allowed, and the files as they were written.
create table export_job (
  id uuid primary key,
  url text not null,
  access jsonb not null,
  request jsonb not null,
  requested_at timestamptz not null default now(),
  transaction_time timestamptz,
  progress text not null default 'queued',
  status text not null default 'queued' check (status in ('queued', 'in-progress', 'completed', 'failed', 'cancelled')),
  output jsonb not null default '[]',
  error text
);
