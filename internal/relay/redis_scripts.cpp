#include "relay/redis_scripts.hpp"

namespace tickertape::relay {
namespace {

// The highest id that was ever given, also if that entry was deleted or trimmed. Ids stay strings:
// a number of Lua is a double.
const std::string top = R"lua(
local function top_of(stream)
    if redis.call('EXISTS', stream) == 0 then return '0-0' end
    local said = redis.call('XINFO', 'STREAM', stream)
    for i = 1, #said, 2 do
        if said[i] == 'last-generated-id' then return said[i + 1] end
    end
    return '0-0'
end
)lua";

// Takes away what others have put behind all entries of ours under an id that none of ours can
// have, or that lies more than a minute ahead of the server's clock: nothing could be appended any
// more.
const std::string unstick = R"lua(
local function unstick(stream)
    for _ = 1, 100 do
        local newest = redis.call('XREVRANGE', stream, '+', '-', 'COUNT', '1')[1]
        if not newest then return end
        local ms, n = string.match(newest[1], '^(%d+)-(%d+)$')
        local is_ahead = tonumber(ms) > (redis.call('TIME')[1] + 60) * 1000
        for i = 1, #newest[2], 2 do
            if newest[2][i] == 'p' then return end
        end
        if not is_ahead and tonumber(n) < 1048576 then return end
        redis.call('XDEL', stream, newest[1])
        local before = redis.call('XREVRANGE', stream, '+', '-', 'COUNT', '1')[1]
        redis.call('XSETID', stream, before and before[1] or '0-0')
    end
end
)lua";

// Another one on another server, and after a failover. Nothing: this is a replica. Redis lets one
// answer all that only reads, and what it says of top and lease may be old.
const std::string lineage = R"lua(
local function lineage()
    local said = redis.call('INFO', 'replication')
    return string.find(said, 'role:master', 1, true) and string.match(said, 'master_replid:(%x+)')
end
local replica = redis.error_reply('READONLY this is a replica')
)lua";

// Scripts are not rolled back: what could fail after the first XADD has failed before it, but for
// the server's end. KEYS: stream, lease, mark. ARGV: the id to follow, entries to keep, token, a
// mark that was never used, then of each entry its id, its words, and the id that it followed at
// first, if that is another one. Where something is put back, and where the log begins, it is
// marked.
const std::string chain = R"lua(
if top ~= ARGV[1] then return lineage() and {'moved', top} or replica end
if is_heal or top == '0-0' then redis.call('SET', KEYS[3], ARGV[4]) end
for i = 5, #ARGV, 3 do
    local entry = {'p', top, 'd', ARGV[i + 1]}
    if ARGV[i + 2] ~= '' then
        entry[5] = 'b'
        entry[6] = ARGV[i + 2]
    end
    redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[2], ARGV[i], unpack(entry))
    top = ARGV[i]
end
return {'done', top}
)lua";

const std::string append_text = R"lua(
local top = top_of(KEYS[1])
local is_heal = false
if redis.call('GET', KEYS[2]) ~= ARGV[3] then
    return lineage() and {'not_leader', top} or replica
end
)lua" + chain;

const std::string heal_text = "\nlocal top = top_of(KEYS[1])\nlocal is_heal = true" + chain;

// KEYS: stream, mark.
const std::string look_text = R"lua(
local time = redis.call('TIME')
local mark = lineage()
return mark and {top_of(KEYS[1]), time[1], time[2], mark, redis.call('GET', KEYS[2]) or ''}
    or replica
)lua";

// KEYS: stream, lease, mark. ARGV: token, milliseconds, and until when by the server's clock, in
// milliseconds: a server that hung answers later, and nobody waits for that any more.
const std::string lease_text = R"lua(
local time = redis.call('TIME')
local is_late = time[1] * 1000 + time[2] / 1000 > tonumber(ARGV[3])
if lineage() then unstick(KEYS[1]) end
local holder = redis.call('GET', KEYS[2])
if not holder and not is_late then
    redis.call('SET', KEYS[2], ARGV[1], 'PX', ARGV[2])
    holder = ARGV[1]
elseif holder == ARGV[1] then
    redis.call('PEXPIRE', KEYS[2], ARGV[2])
end
local mark = lineage()
return mark and
    {holder or '', top_of(KEYS[1]), time[1], time[2], mark, redis.call('GET', KEYS[3]) or ''}
    or replica
)lua";

// KEYS: stream. ARGV: XRANGE or XREVRANGE, two ids, how many. Without what is too long to be of an
// entry of ours: that of another can be longer than any answer may be.
const std::string careful_text = R"lua(
local found = redis.call(ARGV[1], KEYS[1], ARGV[2], ARGV[3], 'COUNT', ARGV[4])
for _, entry in ipairs(found) do
    local short = {}
    for i = 1, #entry[2], 2 do
        if #entry[2][i] == 1 and #entry[2][i + 1] <= 1024 then
            short[#short + 1] = entry[2][i]
            short[#short + 1] = entry[2][i + 1]
        end
    end
    entry[2] = short
end
return found
)lua";

// KEYS: lease. ARGV: token.
const std::string resign_text = R"lua(
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])
)lua";

// KEYS: all slots. ARGV: instance, the slot it wants, milliseconds. The wanted one if nobody else
// has it, else one that it has already, else the first that is free; -1: none is.
const std::string claim_slot_text = R"lua(
local own, free
for i = 1, #KEYS do
    local n = (tonumber(ARGV[2]) + i - 1) % #KEYS
    local holder = redis.call('GET', KEYS[n + 1])
    if i == 1 and (not holder or holder == ARGV[1]) then own = n break end
    if holder == ARGV[1] then own = own or n end
    if not holder then free = free or n end
end
local slot = own or free
if not slot then return -1 end
if not redis.call('SET', KEYS[slot + 1], ARGV[1], 'NX', 'PX', ARGV[3]) then
    redis.call('PEXPIRE', KEYS[slot + 1], ARGV[3])
end
return slot
)lua";

// KEYS: the names of instances by the time at which they are forgotten. ARGV: what the keys of
// instances begin with, name, words, milliseconds, the most names that are kept. Of the own name it
// returns what was there before.
const std::string announce_text = R"lua(
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local before = redis.call('GET', ARGV[1] .. ARGV[2])
redis.call('SET', ARGV[1] .. ARGV[2], ARGV[3], 'PX', ARGV[4])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', string.format('%.0f', now))
redis.call('ZADD', KEYS[1], string.format('%.0f', now + ARGV[4]), ARGV[2])
redis.call('ZREMRANGEBYRANK', KEYS[1], 0, -1 - ARGV[5])
redis.call('PEXPIRE', KEYS[1], ARGV[4] * 10)
local live = {}
for _, name in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do
    live[#live + 1] = name
    live[#live + 1] = name == ARGV[2] and before or redis.call('GET', ARGV[1] .. name)
end
return live
)lua";

// KEYS: lease, then those of prices. ARGV: token, milliseconds, then the prices.
const std::string put_latest_text = R"lua(
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
for i = 2, #KEYS do redis.call('SET', KEYS[i], ARGV[i + 1], 'PX', ARGV[2]) end
return 1
)lua";

}  // namespace

redis_scripts make_redis_scripts()
{
    return {
        {"append", top + lineage + append_text},
        {"heal", top + lineage + heal_text},
        {"look", top + lineage + look_text},
        {"lease", top + lineage + unstick + lease_text},
        {"careful", careful_text},
        {"resign", resign_text},
        {"claim_slot", claim_slot_text},
        {"announce", announce_text},
        {"put_latest", put_latest_text},
    };
}

}  // namespace tickertape::relay
