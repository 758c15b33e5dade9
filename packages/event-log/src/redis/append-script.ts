import { createHash } from "node:crypto";

/** The atomic append. Scripts do not roll back, so the write that can fail (XADD to the log) comes first. */
export const appendScript = `
-- KEYS[1] meta hash    KEYS[2] log stream    KEYS[3] clock sorted set
-- KEYS[4] idempotency string (unused when ARGV[5] is empty)
-- KEYS[5+2i] history stream of room i    KEYS[6+2i] head string of room i
-- ARGV[1] entry text after "<offset> <epoch> <timeMs> "; empty: write nothing, only look at the epoch
-- ARGV[2] name for a new epoch, should one begin    ARGV[3] most entries of the log    ARGV[4] channel
-- ARGV[5] fingerprint of the content, or empty    ARGV[6] idempotency TTL in ms    ARGV[7] event id
-- ARGV[8] write only if the newest entry is older than this many ms; 0: always
-- ARGV[9] text of all history ages    ARGV[10] longest history age in ms
-- ARGV[11+2i] most events of room i's history    ARGV[12+2i] its age in ms
-- Returns {offset, epoch name, id of the event if it was a duplicate, epochs, offset of the head}
local meta = redis.call('HMGET', KEYS[1], 'offset', 'replid', 'epochs', 'time', 'minute', 'ages', 'agesFrom')
local offset, epochs = tonumber(meta[1]), meta[3]
local replid = string.match(redis.call('INFO', 'replication'), 'master_replid:(%x+)')
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)

if not offset then
  -- The hash alone was evicted or deleted: go on after whatever the log still holds.
  local last = redis.call('XREVRANGE', KEYS[2], '+', '-', 'COUNT', 1)[1]
  offset = last and tonumber(string.match(last[1], '%d+')) or 0
  epochs = ''
end
local changed = meta[2] ~= replid or epochs == ''
if changed then
  local list = {}
  for epoch in string.gmatch(epochs, '%S+') do list[#list + 1] = epoch end
  while #list > 63 do table.remove(list, 1) end
  list[#list + 1] = ARGV[2] .. '@' .. string.format('%.0f', offset + 1)
  epochs = table.concat(list, ' ')
end
local epoch = string.match(epochs, '(%w+)@%d+$')

if ARGV[5] ~= '' then
  local known = redis.call('GET', KEYS[4])
  if known then
    local o, e, id, fingerprint = string.match(known, '^(%d+) (%w+) (%S+) (%S+)$')
    if fingerprint ~= ARGV[5] then return redis.error_reply('CONFLICT other content under this idempotency key') end
    -- A write, so that a WAIT after it waits for the first append as well.
    redis.call('PEXPIRE', KEYS[4], ARGV[6])
    return {tonumber(o), e, id, epochs, offset}
  end
end

local quiet = tonumber(ARGV[8])
if ARGV[1] == '' or (quiet > 0 and meta[4] and now - tonumber(meta[4]) < quiet) then
  if changed then redis.call('HSET', KEYS[1], 'offset', string.format('%.0f', offset), 'replid', replid, 'epochs', epochs) end
  return {offset, epoch, '', epochs, offset}
end

offset = offset + 1
local at = string.format('%.0f', offset)
local entry = at .. ' ' .. epoch .. ' ' .. string.format('%.0f', now) .. ' ' .. ARGV[1]
redis.call('XADD', KEYS[2], 'MAXLEN', '~', ARGV[3], at .. '-0', 'e', entry)

local minute = string.format('%.0f', math.floor(now / 60000))
if changed then redis.call('HSET', KEYS[1], 'replid', replid, 'epochs', epochs) end
local agesFrom = tonumber(meta[7]) or offset
if meta[6] ~= ARGV[9] then
  agesFrom = offset
  redis.call('HSET', KEYS[1], 'ages', ARGV[9], 'agesFrom', at)
end
redis.call('HSET', KEYS[1], 'offset', at, 'time', string.format('%.0f', now), 'minute', minute)
if meta[5] ~= minute then
  redis.call('ZADD', KEYS[3], string.format('%.0f', now), at)
  redis.call('ZREMRANGEBYSCORE', KEYS[3], '-inf', string.format('%.0f', now - 2 * tonumber(ARGV[10])))
end
if ARGV[5] ~= '' then
  redis.call('SET', KEYS[4], at .. ' ' .. epoch .. ' ' .. ARGV[7] .. ' ' .. ARGV[5], 'PX', ARGV[6])
end

for i = 0, (#KEYS - 4) / 2 - 1 do
  local history, head = KEYS[5 + 2 * i], KEYS[6 + 2 * i]
  local most, age = ARGV[11 + 2 * i], ARGV[12 + 2 * i]
  local before = redis.call('SET', head, at .. ' ' .. minute, 'PX', age, 'GET')
  local prev, prevMinute
  if before then
    prev, prevMinute = string.match(before, '(%d+) (%d+)')
  else
    -- New, or all of it expired: whatever it once held is older than its age, so it lies before the first entry
    -- younger than that.
    local young = redis.call('ZRANGE', KEYS[3], string.format('%.0f', now - age), '+inf', 'BYSCORE', 'LIMIT', 0, 1)[1]
    prev = string.format('%.0f', math.max((tonumber(young) or offset) - 1, agesFrom - 1))
    prevMinute = minute
  end
  redis.call('XADD', history, 'MAXLEN', most, at .. '-0', 'e', entry, 'p', prev)
  redis.call('PEXPIRE', history, age)
  if prevMinute ~= minute then
    local old = redis.call('ZRANGE', KEYS[3], string.format('%.0f', now - age), '-inf', 'BYSCORE', 'REV', 'LIMIT', 0, 1)[1]
    if old then redis.call('XTRIM', history, 'MINID', old .. '-0') end
  end
end
redis.call('PUBLISH', ARGV[4], entry)
return {offset, epoch, '', epochs, offset}
`;

/** What `EVALSHA` knows the script by. */
export const appendScriptSha = createHash("sha1").update(appendScript).digest("hex");
