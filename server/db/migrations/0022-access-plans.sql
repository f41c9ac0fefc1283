-- Searches are planned anew each time (force_custom_plan), and what they call would be as well, for every row: planning the
-- question whether a patient is assigned takes longer than asking it (ten thousand rows: 21 s, and 1.7 s with a kept plan).
alter function access_assigned(bigint, jsonb) set plan_cache_mode = 'force_generic_plan';
alter function access_shows(bigint, text, jsonb) set plan_cache_mode = 'force_generic_plan';
alter function access_shows_on(bigint, text, jsonb) set plan_cache_mode = 'force_generic_plan';
