DELETE FROM {table}
WHERE resource = ? AND lease = ? AND {sound} AND expires > SYSDATE(6) AND {now} < ?
