import { createHash } from "node:crypto";
import { unwrittenMark } from "./append-errors.ts";
import { epochFunctions } from "./epoch-script.ts";
import { headSlackMs } from "./keys.ts";
import { proofFunctions } from "./proof-script.ts";
import { strayFunctions } from "./stray-script.ts";

/**
 * The reply of the append script: the current epoch, all epochs, the newest offset, one outcome for each
 * entry, the command that Redis refused although the entries are written (or an empty text), and the offset
 * after which the script skipped entries of another program (or -1).
 */
export type ScriptReply = [
  epoch: string,
  epochs: string,
  head: number,
  outcomes: EntryOutcome[],
  refused: string,
  strayedAfter: number,
];

/** The entry's offset; the offset, epoch and id of a duplicate's first append; or an error of this entry. */
export type EntryOutcome = number | [offset: number, epoch: string, id: string] | string;

/** The outcome of an entry whose idempotency key was used with other content. */
export const conflict = "CONFLICT";

/** Separates the entries of one push. JSON text cannot contain it (RFC 7464), nor can a type or a room. */
export const pushSeparator = "\x1e";

/**
 * Appends a batch atomically. Redis does not roll back a script, so the script first reads everything that
 * can be refused, then writes the log, and marks an error before that write. A later failure does not end the
 * script: a failed history becomes the outcome of its entries, and a refused push is returned beside the
 * outcomes.
 */
export const appendScript = `${epochFunctions}${strayFunctions}
-- KEYS[1] meta hash    KEYS[2] log stream    KEYS[3] clock sorted set    KEYS[4] generation string of this writer
-- KEYS[3+2r] history stream of room r = 1, 2 ...    KEYS[4+2r] its head string
-- then, in the order of the entries, the idempotency string of each entry that has a fingerprint
-- ARGV[1] name for a new epoch, in case one begins    ARGV[2] most entries of the log    ARGV[3] Redis channel
-- ARGV[4] idempotency TTL in ms    ARGV[5] text of all history ages    ARGV[6] longest history age in ms
-- ARGV[7] write the heartbeat if nothing else is written and the newest entry is this many ms old; 0: never
-- ARGV[8] text of the heartbeat    ARGV[9] all kinds of room with their ages, "<kind>=<ms> ...", in the order of ARGV[5]
-- ARGV[10] generation of the batch; it increases after each batch whose outcome its writer does not know
-- ARGV[11] number of rooms
-- ARGV[9+3r] most events of room r's history    ARGV[10+3r] its age in ms    ARGV[11+3r] its kind
-- then for each entry: its text after "<offset> <epoch> <timeMs> ", the fingerprint of its content or empty, its id,
--   the number of its rooms, and their numbers r
-- Returns {epoch name, epochs, offset of the head, outcome of each entry, what was refused, offset before skipped
--   entries}; see ScriptReply
local call, try = redis.call, redis.pcall
local isWritten, strayedAfter = false, -1
local function whole(number) return string.format('%.0f', number) end
local function failureOf(reply) return type(reply) == 'table' and reply.err or nil end
${proofFunctions}
local function append()
local meta = call('HMGET', KEYS[1], 'offset', 'replid', 'epochs', 'time', 'minute', 'ages', 'agesFrom', 'provenAt')
local offset, epochs = tonumber(meta[1]), meta[3]
local replid = replidOf()
local clock = call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local time, minute = whole(now), whole(math.floor(now / 60000))

-- An abandoned batch may arrive late. Written after newer batches, it would be out of order.
local generation, newest = tonumber(ARGV[10]), tonumber(call('GET', KEYS[4]) or 0)
if generation < newest then error({err = 'OVERTAKEN by a later batch'}) end

if not offset then
  -- Only the hash was evicted or deleted: continue after the last entry that the log still has.
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

-- Before the first write, find out which entries are new.
local ids, texts, number, first = {}, {}, {}, offset + 1
local function add(text)
  offset = offset + 1
  local at = whole(offset)
  ids[#ids + 1] = at
  texts[#texts + 1] = at .. ' ' .. epoch .. ' ' .. time .. ' ' .. text
end
local rooms = tonumber(ARGV[11])
local inRoom, outcomes, keys, written = {}, {}, 4 + 2 * rooms, {}
local arg = 12 + 3 * rooms
while ARGV[arg] do
  local fingerprint, count, key, known = ARGV[arg + 1], tonumber(ARGV[arg + 3]), nil, nil
  if fingerprint ~= '' then
    keys = keys + 1
    key = KEYS[keys]
    known = written[key] or call('GET', key)
  end
  if known then
    local o, e, id, content = string.match(known, '^(%d+) (%w+) (%S+) (%S+)$')
    outcomes[#outcomes + 1] = content == fingerprint and {tonumber(o), e, id} or '${conflict}'
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
local proofs, agesFrom = {}, tonumber(meta[7]) or first
local isTurn = #ids > 0 and meta[6] ~= ARGV[5]
if isTurn then
  proofs, agesFrom = proofsFrom(meta[6], agesFrom, meta[7] and meta[8] == meta[7], first), first
end

if generation > newest then call('SET', KEYS[4], ARGV[10], 'PX', 86400000) end
for i = 1, #ids - 1 do
  call('XADD', KEYS[2], ids[i] .. '-0', 'e', texts[i])
  isWritten = true
end
-- Trim once, with the last entry.
if #ids > 0 then
  call('XADD', KEYS[2], 'MAXLEN', '~', ARGV[2], ids[#ids] .. '-0', 'e', texts[#ids])
  isWritten = true
end
if changed then call('HSET', KEYS[1], 'offset', whole(offset), 'replid', replid, 'epochs', epochs) end
if #ids == 0 then return {epoch, epochs, offset, outcomes, ''} end
call('HSET', KEYS[1], 'offset', ids[#ids], 'time', time, 'minute', minute)

local refused = ''
local function note(what, reply)
  if refused == '' and failureOf(reply) then refused = what .. ' ' .. reply.err end
end
for key, value in pairs(written) do note('SET', try('SET', key, value, 'PX', ARGV[4])) end
if isTurn then
  call('HSET', KEYS[1], 'ages', ARGV[5], 'agesFrom', ids[1], 'provenAt', ids[1])
  for kind, list in pairs(proofs) do call('HSET', KEYS[1], 'proof:' .. kind, textOf(list)) end
end
if meta[5] ~= minute then
  note('ZADD', try('ZADD', KEYS[3], time, ids[1]))
  note('ZREMRANGEBYSCORE', try('ZREMRANGEBYSCORE', KEYS[3], '-inf', whole(now - 2 * (ARGV[6] + ${headSlackMs}))))
end

-- A room without a head is new, or had no event for the lifetime of a head. Its older events all have offsets up to the
-- returned one.
local function quietFrom(kind, age, at)
  if not proofs[kind] then
    local list = meta[8] == meta[7] and proofOf(kind) or {}
    proofs[kind] = #list > 0 and list or {{tonumber(age), agesFrom}}
  end
  local best = at - 1
  for _, proof in ipairs(proofs[kind]) do
    local young = try('ZRANGE', KEYS[3], whole(now - proof[1] - ${headSlackMs}), '+inf', 'BYSCORE', 'LIMIT', 0, 1)
    best = math.min(best, math.max(tonumber(not young.err and young[1] or at), proof[2]) - 1)
  end
  return whole(best)
end
local function keep(room, list)
  local history, head = KEYS[3 + 2 * room], KEYS[4 + 2 * room]
  local most, age, kind = ARGV[9 + 3 * room], ARGV[10 + 3 * room], ARGV[11 + 3 * room]
  local life = whole(age + ${headSlackMs})
  local before = try('SET', head, ids[list[#list]] .. ' ' .. minute, 'PX', life, 'GET')
  if failureOf(before) then return before.err end
  local prev, prevMinute
  if before then
    prev, prevMinute = string.match(before, '(%d+) (%d+)')
  end
  if not prev then prev, prevMinute = quietFrom(kind, age, tonumber(ids[list[1]])), minute end
  for i = 1, #list do
    local at = ids[list[i]]
    local function add()
      if i < #list then return try('XADD', history, at .. '-0', 'e', texts[list[i]], 'p', prev) end
      return try('XADD', history, 'MAXLEN', most, at .. '-0', 'e', texts[list[i]], 'p', prev)
    end
    local added = add()
    if failureOf(added) and topOf(history) >= tonumber(at) then
      -- Another program wrote past this offset. Start the history again: its older entries now count as lost.
      strayedAfter = tonumber(prev)
      call('DEL', history)
      added = add()
    end
    if failureOf(added) then return added.err end
    prev = at
  end
  note('PEXPIRE', try('PEXPIRE', history, age))
  if prevMinute ~= minute then
    local old = try('ZRANGE', KEYS[3], whole(now - age), '-inf', 'BYSCORE', 'REV', 'LIMIT', 0, 1)
    if not old.err and old[1] then note('XTRIM', try('XTRIM', history, 'MINID', old[1] .. '-0')) end
  end
end
for room, list in pairs(inRoom) do
  local failure = keep(room, list)
  if failure then
    for i = 1, #list do outcomes[number[list[i]]] = failure end
  end
end
note('PUBLISH', try('PUBLISH', ARGV[3], table.concat(texts, string.char(${pushSeparator.charCodeAt(0)}))))
return {epoch, epochs, offset, outcomes, refused}
end

local isDone, result = pcall(append)
if not isDone and not isWritten then
  local isKnown, after = pcall(passStrays, KEYS[1], KEYS[2])
  if isKnown and after then
    strayedAfter = after
    isDone, result = pcall(append)
  end
end
if isDone then
  result[6] = strayedAfter
  return result
end
local reason = type(result) == 'table' and result.err or tostring(result)
return redis.error_reply((isWritten and 'WRITTEN' or '${unwrittenMark}') .. ' ' .. reason)
`;

/** The hash by which `EVALSHA` names the script. */
export const appendScriptSha = createHash("sha1").update(appendScript).digest("hex");
