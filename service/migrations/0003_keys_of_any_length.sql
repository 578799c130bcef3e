-- A B-tree takes no key longer than a third of a page, so a message with such a key could not be kept, and stood in the
-- way of all that came after it. A hash index takes any.
DROP INDEX parked_message_line;
CREATE INDEX parked_message_line ON parked_message USING hash (key) WHERE standing IN ('waiting', 'parked', 'behind');
