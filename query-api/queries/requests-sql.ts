/**
 * How many requests of clients a group of calls answers: the attempts of one share their gateway's call id and count
 * once; a call without one is a request of its own. Corrections cancel out by request, so a call that was moved away
 * leaves nothing.
 */
export const REQUESTS_SQL =
  "length(arrayFilter(n -> n > 0, tupleElement(sumMapIf([if(call_id = '', cityHash64(event_id), cityHash64(source, call_id))], [toInt64(sign)], kind = 'response'), 2)))";
