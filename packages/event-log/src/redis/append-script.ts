import { createHash } from "node:crypto";
import { epochFunctions } from "./epoch-script.ts";

/** What the append script answers: the log's epoch, all its epochs, its newest offset, and one outcome for each entry. */
export type ScriptReply = [epoch: string, epochs: string, head: number, outcomes: EntryOutcome[]];

/** The entry's offset; or where and as what a duplicate was written first; or an error that concerns this entry alone. */
export type EntryOutcome = number | [offset: number, epoch: string, id: string] | string;

/** The outcome of an entry whose idempotency key was used with other content. */
export const conflict = "CONFLICT";

/** Stands between the entries of one push. JSON text cannot hold it (RFC 7464), nor can a type or a room. */
export const pushSeparator = "\x1e";

/**
 * The atomic append of a batch. Scripts do not roll back, so the writes that can fail (XADD to the log) come first, and
 * what fails for one room later is told to its entries alone.
 */
export const appendScript = `${epochFunctions}
-- KEYS[1] meta hash    KEYS[2] log stream    KEYS[3] clock sorted set
-- KEYS[2+2r] history stream of room r = 1, 2 ...    KEYS[3+2r] its head string
-- then, in the order of the entries, the idempotency string of each entry that has a fingerprint
-- ARGV[1] name for a new epoch, should one begin    ARGV[2] most entries of the log    ARGV[3] channel
-- ARGV[4] idempotency TTL in ms    ARGV[5] text of all history ages    ARGV[6] longest history age in ms
-- ARGV[7] write the heartbeat if nothing else is written and the newest entry is this many ms old; 0: never
-- ARGV[8] text of the heartbeat    ARGV[9] number of rooms
-- ARGV[8+2r] most events of room r's history    ARGV[9+2r] its age in ms
-- then for each entry: its text after "<offset> <epoch> <timeMs> ", the fingerprint of its content or empty, its id,
--   the number of its rooms, and their numbers r
-- Returns {epoch name, epochs, offset of the head, outcome of each entry}, see ScriptReply
local call, try = redis.call, redis.pcall
local function whole(number) return string.format('%.0f', number) end

local meta = call('HMGET', KEYS[1], 'offset', 'replid', 'epochs', 'time', 'minute', 'ages', 'agesFrom')
local offset, epochs = tonumber(meta[1]), meta[3]
local replid = replidOf()
local clock = call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local time, minute = whole(now), whole(math.floor(now / 60000))

if not offset then
  -- The hash alone was evicted or deleted: go on after whatever the log still holds.
  local last = call('XREVRANGE', KEYS[2], '+', '-', 'COUNT', 1)[1]
  offset = last and tonumber(string.match(last[1], '%d+')) or 0
  epochs = ''
end
local changed = meta[2] ~= replid or epochs == ''
if changed then
  local list = {}
  for epoch in string.gmatch(epochs, '%S+') do list[#list + 1] = epoch end
  while #list > 63 do table.remove(list, 1) end
  list[#list + 1] = ARGV[1] .. '@' .. whole(offset + 1)
  epochs = table.concat(list, ' ')
end
local epoch = string.match(epochs, '(%w+)@%d+$')

-- Before the first write: which entries are new, and what becomes of them.
local ids, texts, number, first = {}, {}, {}, offset + 1
local function add(text)
  offset = offset + 1
  local at = whole(offset)
  ids[#ids + 1] = at
  texts[#texts + 1] = at .. ' ' .. epoch .. ' ' .. time .. ' ' .. text
end
local rooms = tonumber(ARGV[9])
local inRoom, outcomes, keys, written, repeated = {}, {}, 3 + 2 * rooms, {}, {}
local arg = 10 + 2 * rooms
while ARGV[arg] do
  local fingerprint, count, key, known = ARGV[arg + 1], tonumber(ARGV[arg + 3]), nil, nil
  if fingerprint ~= '' then
    keys = keys + 1
    key = KEYS[keys]
    known = written[key] or call('GET', key)
  end
  if known then
    local o, e, id, content = string.match(known, '^(%d+) (%w+) (%S+) (%S+)$')
    if content == fingerprint then
      repeated[#repeated + 1] = key
      outcomes[#outcomes + 1] = {tonumber(o), e, id}
    else
      outcomes[#outcomes + 1] = '${conflict}'
    end
  else
    add(ARGV[arg])
    outcomes[#outcomes + 1] = offset
    number[#ids] = #outcomes
    if key then written[key] = ids[#ids] .. ' ' .. epoch .. ' ' .. ARGV[arg + 2] .. ' ' .. fingerprint end
    for i = arg + 4, arg + 3 + count do
      local room = tonumber(ARGV[i])
      local list = inRoom[room] or {}
      inRoom[room] = list
      list[#list + 1] = #ids
    end
  end
  arg = arg + 4 + count
end
local quiet = tonumber(ARGV[7])
if #ids == 0 and quiet > 0 and not (meta[4] and now - tonumber(meta[4]) < quiet) then add(ARGV[8]) end

-- Trimmed once, with the last.
for i = 1, #ids - 1 do call('XADD', KEYS[2], ids[i] .. '-0', 'e', texts[i]) end
if #ids > 0 then call('XADD', KEYS[2], 'MAXLEN', '~', ARGV[2], ids[#ids] .. '-0', 'e', texts[#ids]) end
if changed then call('HSET', KEYS[1], 'offset', whole(offset), 'replid', replid, 'epochs', epochs) end
-- A write, so that a WAIT after it waits for the first append as well.
for i = 1, #repeated do call('PEXPIRE', repeated[i], ARGV[4]) end
if #ids == 0 then return {epoch, epochs, offset, outcomes} end

local agesFrom = tonumber(meta[7]) or first
if meta[6] ~= ARGV[5] then
  agesFrom = first
  call('HSET', KEYS[1], 'ages', ARGV[5], 'agesFrom', ids[1])
end
call('HSET', KEYS[1], 'offset', ids[#ids], 'time', time, 'minute', minute)
if meta[5] ~= minute then
  call('ZADD', KEYS[3], time, ids[1])
  call('ZREMRANGEBYSCORE', KEYS[3], '-inf', whole(now - 2 * tonumber(ARGV[6])))
end
for key, value in pairs(written) do call('SET', key, value, 'PX', ARGV[4]) end

local function keep(room, list)
  local history, head = KEYS[2 + 2 * room], KEYS[3 + 2 * room]
  local most, age = ARGV[8 + 2 * room], ARGV[9 + 2 * room]
  local before = try('SET', head, ids[list[#list]] .. ' ' .. minute, 'PX', age, 'GET')
  if before and before.err then return before.err end
  local prev, prevMinute
  if before then
    prev, prevMinute = string.match(before, '(%d+) (%d+)')
  else
    -- New, or all of it expired: whatever it once held is older than its age, so it lies before the first entry
    -- younger than that.
    local young = call('ZRANGE', KEYS[3], whole(now - age), '+inf', 'BYSCORE', 'LIMIT', 0, 1)[1]
    prev = whole(math.max(tonumber(young or ids[list[1]]) - 1, agesFrom - 1))
    prevMinute = minute
  end
  for i = 1, #list do
    local at = ids[list[i]]
    local added
    if i < #list then added = try('XADD', history, at .. '-0', 'e', texts[list[i]], 'p', prev)
    else added = try('XADD', history, 'MAXLEN', most, at .. '-0', 'e', texts[list[i]], 'p', prev) end
    if added.err then return added.err end
    prev = at
  end
  call('PEXPIRE', history, age)
  if prevMinute ~= minute then
    local old = call('ZRANGE', KEYS[3], whole(now - age), '-inf', 'BYSCORE', 'REV', 'LIMIT', 0, 1)[1]
    if old then call('XTRIM', history, 'MINID', old .. '-0') end
  end
end
for room, list in pairs(inRoom) do
  local failure = keep(room, list)
  if failure then
    for i = 1, #list do outcomes[number[list[i]]] = failure end
  end
end
call('PUBLISH', ARGV[3], table.concat(texts, string.char(${pushSeparator.charCodeAt(0)})))
return {epoch, epochs, offset, outcomes}
`;

/** What `EVALSHA` knows the script by. */
export const appendScriptSha = createHash("sha1").update(appendScript).digest("hex");
