/** Offsets up to here fit the text of a position, with room for all that is still to be written. */
const maxOffset = "99999999999999";

/**
 * Lua: what to do about entries that another hand put into a stream, behind what the log has counted: Redis takes no entry
 * before them. `topOf(key)` is the offset that a stream cannot be added to any more, 0 if there is none. `passStrays(meta,
 * log)` lets the log go on after them, in a new epoch, and returns the offset it had come to; or nil if there are none.
 * What lies further ahead than any position can say is deleted.
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
  -- Without its replid, the next append begins an epoch.
  redis.call('HSET', meta, 'offset', string.format('%.0f', math.max(offset, topOf(log))), 'replid', '')
  return offset
end
`;
