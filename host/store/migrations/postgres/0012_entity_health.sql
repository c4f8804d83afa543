-- What entities say besides their tools: where they can be called when they are not connected, how their tools do, and
-- a user's data to try them with.
ALTER TABLE entity_links ADD COLUMN callback BYTEA;
ALTER TABLE entity_tools ADD COLUMN status TEXT NOT NULL DEFAULT '';
ALTER TABLE entity_tools ADD COLUMN health BYTEA;
ALTER TABLE entities ADD COLUMN test_credentials BYTEA;
