-- History pages go by time, then by resource and version: of versions of one instant the later comes first, whichever
-- connection took which number, and a page in the middle of an import of one instant starts at its cursor.
create index change_newest on change (type, last_updated desc, rid desc, version desc);
drop index change_by_type;
