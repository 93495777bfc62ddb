-- What the server is: its clock, that of the statement's beginning, whether it
-- may be written to, and its version.
SELECT {now}, TIMESTAMPDIFF(MICROSECOND, '1970-01-01', NOW(6)), @@global.read_only, @@global.innodb_read_only, VERSION()
