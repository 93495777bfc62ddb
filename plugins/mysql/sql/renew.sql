UPDATE {table} AS t SET t.expires = TIMESTAMPADD(SECOND, ?, SYSDATE(6))
WHERE t.resource = ? AND t.lease = ? AND {sound} AND t.expires > SYSDATE(6) AND {now} < ?
