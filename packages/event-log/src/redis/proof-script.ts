/**
 * Lua functions for proofs: they say how long a quiet room's history was kept, and from which offset on. The
 * proof of a kind of room is a list of (age, offset) pairs, both rising. Every process that appended from
 * that offset on keeps such rooms for at least that age. A shorter age replaces the longer ones and takes
 * over their offset. So the offset of an age moves only when a process brings a longer age.
 *
 * Versions before these lists have only `ages` and `agesFrom`: from that offset on, every process had these
 * ages. The script still writes them for those versions. `provenAt` is the `agesFrom` that a version with
 * lists wrote last.
 */
export const proofFunctions = `
local function proofOf(kind)
  local list = {}
  for age, from in string.gmatch(call('HGET', KEYS[1], 'proof:' .. kind) or '', '(%d+)@(%d+)') do
    list[#list + 1] = {tonumber(age), tonumber(from)}
  end
  return list
end
local function textOf(list)
  local parts = {}
  for i, proof in ipairs(list) do parts[i] = whole(proof[1]) .. '@' .. whole(proof[2]) end
  return table.concat(parts, ' ')
end
local function keepAtMost(list, age, from)
  while #list > 0 and list[#list][1] > age do from = table.remove(list)[2] end
  if #list == 0 or list[#list][1] < age then list[#list + 1] = {age, from} end
  if #list > 4 then table.remove(list, 1) end
end
-- The lists of all kinds, when a process with the ages of ARGV[9] appends after a process with other ages.
local function proofsFrom(agesBefore, agesFrom, isListed, first)
  local before, proofs, at = {}, {}, 0
  for age in string.gmatch(agesBefore or '', '%d+') do before[#before + 1] = tonumber(age) end
  local _, kinds = string.gsub(ARGV[9], '=', '')
  for kind, age in string.gmatch(ARGV[9], '(%S+)=(%d+)') do
    at = at + 1
    local list = isListed and proofOf(kind) or {}
    if not isListed and #before == kinds then list[1] = {before[at], agesFrom} end
    keepAtMost(list, tonumber(age), first)
    proofs[kind] = list
  end
  return proofs
end
`;
