/** Offsets up to this one fit into the text of a position and leave room for all future entries. */
const maxOffset = "99999999999999";

/**
 * Lua functions that handle stray entries: entries that another program added to a stream beyond the log's
 * own offset. Redis accepts no entry before them. `topOf(key)` returns the highest offset that a stream has
 * had, 0 if there is none. `passStrays(meta, log)` lets the log continue after the strays in a new epoch and
 * returns its offset before them, or nil if there are none. It deletes strays whose offset no position can
 * express.
 */
export const strayFunctions = `
local function topOf(key)
  local info = redis.pcall('XINFO', 'STREAM', key)
  if info.err then return 0 end
  for i = 1, #info, 2 do
    if info[i] == 'last-generated-id' then return tonumber(string.match(info[i + 1], '^%d+')) end
  end
  return 0
end
local function deleteFrom(log, least)
  local strays
  repeat
    strays = redis.call('XRANGE', log, least, '+', 'COUNT', 100)
    for _, stray in ipairs(strays) do redis.call('XDEL', log, stray[1]) end
  until #strays == 0
  local last = redis.call('XREVRANGE', log, '+', '-', 'COUNT', 1)[1]
  redis.call('XSETID', log, last and last[1] or '0-1')
end
local function passStrays(meta, log)
  local offset = tonumber(redis.call('HGET', meta, 'offset') or 0)
  if topOf(log) <= offset then return nil end
  if topOf(log) > ${maxOffset} then deleteFrom(log, '${maxOffset}') end
  -- Without a replid, the next append begins a new epoch.
  redis.call('HSET', meta, 'offset', string.format('%.0f', math.max(offset, topOf(log))), 'replid', '')
  return offset
end
`;
