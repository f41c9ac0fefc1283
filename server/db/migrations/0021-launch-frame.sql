-- What an EHR says of the frame that it shows an app in: the address of its style, and how to send it messages.
alter table auth_launch
  add column frame jsonb;
