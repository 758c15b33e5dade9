import { endedLatelyMs } from "../sessions/connection-slots.ts";

/**
 * Functions of all slot scripts. A slot is `<owner> <since> <active> <silent>`: its owner, when it was taken
 * in µs (so that no two are equal), when it was last used in ms, and 1 if a ping is unanswered. For some
 * seconds the field `!<session>` says when a session was disconnected for another. An owner is
 * `<replica>.<n>`: a replica takes a new name when the slots stored under the old one may be wrong.
 */
const slotFunctions = `
-- KEYS[1] sorted set of owners by the end of their leases
-- KEYS[2] hash of the slots that were lost: '<owner> <session>' to '<reason> <when>'
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)

local function text(number)
  return string.format('%.0f', number)
end

local function replicaOf(owner)
  return string.match(owner, '^(.*)%.')
end

local function leftOf(owner)
  return tonumber(redis.call('ZSCORE', KEYS[1], owner) or 0) - now
end

-- Returns 1 if the lease had lapsed, else 0
local function renewLease(owner, leaseMs)
  local lapsed = leftOf(owner) <= 0 and 1 or 0
  redis.call('ZADD', KEYS[1], text(now + leaseMs), owner)
  return lapsed
end

local function parse(session, value)
  local owner, since, active, silent = string.match(value, '^(%S+) (%d+) (%d+) (%d)$')
  return {session = session, owner = owner, since = tonumber(since), active = tonumber(active), silent = silent}
end

local function write(key, slot)
  local value = table.concat({slot.owner, text(slot.since), text(slot.active), slot.silent}, ' ')
  redis.call('HSET', key, slot.session, value)
end

-- The slots of a user that count; deletes those of owners that have been dead for long
local function livingOf(key)
  local slots, flat = {}, redis.call('HGETALL', key)
  for at = 1, #flat, 2 do
    local session, value = flat[at], flat[at + 1]
    if string.sub(session, 1, 1) == '!' then
      if now - value >= ${endedLatelyMs} then redis.call('HDEL', key, session) end
    else
      local slot = parse(session, value)
      if leftOf(slot.owner) > 0 then slots[#slots + 1] = slot
      elseif not redis.call('ZSCORE', KEYS[1], slot.owner) then redis.call('HDEL', key, session) end
    end
  end
  return slots
end

local function tell(slot, reason)
  redis.call('HSET', KEYS[2], slot.owner .. ' ' .. slot.session, reason .. ' ' .. clock[1] .. '.' .. clock[2])
  redis.call('PEXPIRE', KEYS[2], 3600000)
end

-- Takes a slot away, for another session or because the session is elsewhere
local function lose(key, slot, reason)
  redis.call('HDEL', key, slot.session)
  -- A silent client does not receive the disconnect
  if reason == 'full' and slot.silent ~= '1' then redis.call('HSET', key, '!' .. slot.session, text(now)) end
  tell(slot, reason)
end

-- Whether slot one is taken away before the other
local function givesWay(one, other, policy)
  if one.silent ~= other.silent then return one.silent == '1' end
  if policy == 'refuse-newest' then return one.since > other.since end
  if one.active ~= other.active then return one.active < other.active end
  return one.since < other.since
end

-- Removes and returns the slot that is taken away first
local function takeFirst(slots, policy)
  local first = 1
  for at = 2, #slots do
    if givesWay(slots[at], slots[first], policy) then first = at end
  end
  return table.remove(slots, first)
end
`;

/** Takes a slot for a session. */
export const acquireScript = `${slotFunctions}
-- KEYS[3] hash of the user's slots by session
-- ARGV[1] owner    ARGV[2] lease in ms    ARGV[3] most slots    ARGV[4] policy    ARGV[5] time to live in ms
-- ARGV[6] session    ARGV[7] the session that it replaces, or ''
-- Returns 1, whether the lease had lapsed, and the replicas that lost slots; or, if the session gets none, 0,
-- whether the lease had lapsed, and the longest time since a replica of the other slots renewed, or -1
local mine, policy, session = replicaOf(ARGV[1]), ARGV[4], ARGV[6]
local lapsed = renewLease(ARGV[1], ARGV[2])
local own, others, answer = nil, {}, {1, lapsed}
local function take(slot, reason)
  lose(KEYS[3], slot, reason)
  answer[#answer + 1] = replicaOf(slot.owner)
end
-- A disconnected session disconnects no other in turn: pages that reconnect by themselves would do so forever
local living = livingOf(KEYS[3])
for _, name in ipairs({session, ARGV[7]}) do
  if redis.call('HEXISTS', KEYS[3], '!' .. name) == 1 then policy = 'refuse-newest' end
end
for _, slot in ipairs(living) do
  if slot.session == session then own = slot
  elseif slot.session == ARGV[7] then take(slot, 'moved')
  else others[#others + 1] = slot end
end
while #others >= tonumber(ARGV[3]) do
  local slot = takeFirst(others, policy)
  if policy == 'refuse-newest' and slot.silent ~= '1' then
    if own then break end
    local longest = -1
    others[#others + 1] = slot
    for _, other in ipairs(others) do
      if replicaOf(other.owner) ~= mine then longest = math.max(longest, ARGV[2] - leftOf(other.owner)) end
    end
    return {0, lapsed, longest}
  end
  take(slot, 'full')
end
-- Its former replica learns of it by the eviction message, and by its next renewal
if own and replicaOf(own.owner) ~= mine then tell(own, 'moved') end
redis.call('HDEL', KEYS[2], ARGV[1] .. ' ' .. session)
write(KEYS[3], {session = session, owner = ARGV[1], since = clock[1] * 1000000 + clock[2], active = now, silent = '0'})
redis.call('PEXPIRE', KEYS[3], ARGV[5])
return answer
`;

/** Writes the slots of a replica again, under its new name. */
export const assertScript = `${slotFunctions}
-- KEYS[2 + i] hash of the slots of session i's user
-- ARGV[1] owner    ARGV[2] lease in ms    ARGV[3] most slots    ARGV[4] policy    ARGV[5] time to live in ms
-- ARGV[5 + i] session i
renewLease(ARGV[1], ARGV[2])
for i = 1, #ARGV - 5 do
  local key, session = KEYS[2 + i], ARGV[5 + i]
  local value = redis.call('HGET', key, session)
  -- A slot that is not stored counts as older than the stored ones
  local own = value and parse(session, value) or {session = session, owner = ARGV[1], since = 0, active = 0, silent = '0'}
  if replicaOf(own.owner) ~= replicaOf(ARGV[1]) and leftOf(own.owner) > 0 then
    tell({session = session, owner = ARGV[1]}, 'moved')
  else
    own.owner = ARGV[1]
    write(key, own)
    local slots = livingOf(key)
    redis.call('PEXPIRE', key, ARGV[5])
    while #slots > tonumber(ARGV[3]) do
      lose(key, takeFirst(slots, ARGV[4]), 'full')
    end
  end
end
return 1
`;

/** Releases a slot, unless another replica has it. */
export const releaseScript = `
-- KEYS[1] hash of the user's slots by session
-- ARGV[1] replica    ARGV[2] session
local value = redis.call('HGET', KEYS[1], ARGV[2])
if value and string.match(value, '^(%S*)%.%d+ ') == ARGV[1] then redis.call('HDEL', KEYS[1], ARGV[2]) end
return 1
`;

/** Renews a lease, and stores what its owner reports about its connections. */
export const renewScript = `${slotFunctions}
-- KEYS[2 + i] hash of the slots of change i's user
-- ARGV[1] owner    ARGV[2] lease in ms    ARGV[3] number of handled losses, n
-- ARGV[4] ... n names and n values of them in turn, then of each change: session, idle in ms or '', silent 1 or 0
-- Returns whether the lease had lapsed, then the names and values of the slots that this replica has lost in turn
local mine, answer = replicaOf(ARGV[1]), {renewLease(ARGV[1], ARGV[2])}
-- Kept for 60 s, so that a replica that was only disconnected from Redis finds its slots unchanged
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', text(now - 60000))
local at = 4
for _ = 1, ARGV[3] do
  -- The session may have taken a slot and lost it again since
  if redis.call('HGET', KEYS[2], ARGV[at]) == ARGV[at + 1] then redis.call('HDEL', KEYS[2], ARGV[at]) end
  at = at + 2
end
for i = 3, #KEYS do
  local value = redis.call('HGET', KEYS[i], ARGV[at])
  local slot = value and parse(ARGV[at], value)
  if slot and replicaOf(slot.owner) == mine then
    if ARGV[at + 1] ~= '' then slot.active = now - ARGV[at + 1] end
    slot.silent = ARGV[at + 2]
    write(KEYS[i], slot)
  end
  at = at + 3
end
local lost = redis.call('HGETALL', KEYS[2])
for field = 1, #lost, 2 do
  local owner = string.match(lost[field], '^(%S+) ')
  if replicaOf(owner) == mine then
    answer[#answer + 1] = lost[field]
    answer[#answer + 1] = lost[field + 1]
  elseif leftOf(owner) <= 0 then
    redis.call('HDEL', KEYS[2], lost[field])
  end
end
return answer
`;
