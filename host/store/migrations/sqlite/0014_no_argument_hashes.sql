-- Nobody read them, and short arguments could be guessed by them.
ALTER TABLE tool_calls DROP COLUMN argument_hash;
