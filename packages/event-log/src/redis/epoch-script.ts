/**
 * Lua functions. `replidOf()` returns the replication ID of this Redis, which changes when it restarts or is
 * promoted. `epochOf(meta)`, with the key of the log's meta hash, returns the name of the current epoch. It
 * returns '' if the next append or read of the head begins a new epoch, because this data may be older than
 * what was written.
 */
export const epochFunctions = `
local function replidOf()
  local info = redis.call('INFO', 'replication')
  local _, before = string.find(info, 'master_replid:', 1, true)
  return string.sub(info, before + 1, before + 40)
end
local function epochOf(meta)
  local known = redis.call('HMGET', meta, 'replid', 'epochs')
  if known[1] ~= replidOf() then return '' end
  return string.match(known[2] or '', '(%w+)@%d+$') or ''
end
`;
