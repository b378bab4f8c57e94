#include "relay/redis_log.hpp"

#include "relay/message.hpp"
#include "telemetry/log.hpp"

#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <array>
#include <cassert>
#include <utility>

namespace tickertape::relay {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using std::chrono::milliseconds;

constexpr milliseconds none{0};

// Each after the one before it, the first after `after`.
bool is_chain(position after, const std::vector<entry>& batch)
{
    for (const auto& e : batch) {
        if (e.after != after || e.at <= after || e.words.size() > words_of_entry_max)
            return false;
        after = e.at;
    }
    return !batch.empty();
}

// For the operator, who need not know the words of Redis by heart.
std::string meaning_in_words(std::string_view word)
{
    constexpr std::array<std::pair<std::string_view, std::string_view>, 8> known{{
        {"WRONGPASS", "the user or the password in RELAY is wrong"},
        {"NOAUTH", "it wants a password, and RELAY has none"},
        {"NOPERM", "the user in RELAY lacks a right: see docs/redis.md"},
        {"DENIED", "it is in protected mode"},
        {"OOM", "its memory is full: nothing is appended"},
        {"MISCONF", "it cannot write to its disk: nothing is appended"},
        {"NOREPLICAS", "too few replicas follow it"},
        {"READONLY", "it is a replica"},
    }};
    const auto* const found =
        std::ranges::find(known, word, &std::pair<std::string_view, std::string_view>::first);
    if (found == known.end())
        return std::string{word};
    return std::string{found->second} + " (" + std::string{word} + ')';
}

redis_link::on_change sayer(const telemetry::logger& log, std::string_view used_for)
{
    return
        [&log, used_for](std::string_view what, std::string_view why, const std::string& server) {
            if (what == "connected")
                log.info("relay connected", {{"server", server}, {"for", used_for}});
            else
                log.warn(
                    "relay trouble", {{"what", what},
                                      {"cause", meaning_in_words(why)},
                                      {"server", server},
                                      {"for", used_for}});
        };
}

std::string text_of(milliseconds time)
{
    return std::to_string(std::max<milliseconds::rep>(time.count(), 1));
}

}  // namespace

redis_log::redis_log(
    asio::any_io_executor executor, redis_log_settings settings, asio::ssl::context& trust,
    const telemetry::logger& log, std::function<double()> random, net::resolve_function lookup)
    : settings_{std::move(settings)}, says_{log}, pace_{settings_.limits.attempts_per_second},
      reading_{
          {executor, trust, settings_.address, settings_.limits, pace_, lookup},
          random,
          sayer(log, "reading")},
      calling_{
          {executor, trust, settings_.address, settings_.limits, pace_, lookup},
          random,
          sayer(log, "calls")},
      scripts_{make_redis_scripts()}
{
    assert(settings_.entries_max > 0 && !settings_.name.empty() && !settings_.kind.empty());
}

redis_log::~redis_log() = default;

std::string redis_log::key(const std::string& last) const
{
    return settings_.name + ":{" + settings_.kind + "}:" + last;
}

steady_time redis_log::end_of_call() const
{
    return std::chrono::steady_clock::now() + settings_.limits.call;
}

redis_log::code_task redis_log::ask(
    redis_link& link, const std::vector<command>& questions, std::vector<reply>& replies,
    steady_time until, steady_time::duration limit)
{
    const auto ec = co_await link.ask(questions, replies, until, limit);
    // The connection that was made last has asked last which server is the master. If the other one
    // is connected to another server, that is no longer one.
    const auto connections = reading_.figures().connections + calling_.figures().connections;
    if (connections != connections_seen_) {
        connections_seen_ = connections;
        auto& other = &link == &reading_ ? calling_ : reading_;
        if (other.is_connected() && other.run_id() != link.run_id())
            other.leave_soon();
    }
    co_return ec;
}

// EVALSHA, and SCRIPT LOAD where the server does not have it: it was started or replaced since.
redis_log::code_task redis_log::run(
    redis_link& on, redis_script& script, command keys_and_arguments, reply& r, steady_time until)
{
    std::vector<command> questions(1);
    std::vector<reply> replies;
    for (int tries = 0; tries < 3; ++tries) {
        if (script.sha.empty()) {
            questions[0] = {"SCRIPT", "LOAD", script.text};
            const auto ec = co_await ask(on, questions, replies, until, settings_.limits.answer);
            if (ec)
                co_return ec;
            if (const auto refused = meaning_of(replies[0]); refused.code)
                co_return refused.code;
            script.sha = replies[0].text;
            ++script_loads_;
        }
        questions[0] = {"EVALSHA", script.sha};
        questions[0].insert(
            questions[0].end(), keys_and_arguments.begin(), keys_and_arguments.end());
        const auto ec = co_await ask(on, questions, replies, until, settings_.limits.answer);
        if (ec)
            co_return ec;
        const auto refused = meaning_of(replies[0]);
        if (!refused.is_no_script()) {
            r = std::move(replies[0]);
            co_return refused.code;
        }
        script.sha.clear();
    }
    co_return relay_errc::bad_answer;
}

redis_log::task<append_answer>
redis_log::append(const std::string& token, position after, const std::vector<entry>& batch)
{
    return put(scripts_.append, token, after, batch);
}

redis_log::task<append_answer> redis_log::heal(position after, const std::vector<entry>& batch)
{
    return put(scripts_.heal, {}, after, batch);
}

redis_log::task<append_answer> redis_log::put(
    redis_script& script, std::string token, position after, const std::vector<entry>& batch)
{
    co_await asio::this_coro::throw_if_cancelled(false);
    if (!is_chain(after, batch))
        co_return relay_errc::bad_entry;
    const auto until = end_of_call();
    const auto mark = std::to_string(marks_());
    std::string set;
    std::size_t done = 0;
    for (;;) {
        const auto end = std::min(batch.size(), done + settings_.limits.append_max);
        command c{"3",         key("stream"), key("lease"),
                  key("mark"), after.text(),  std::to_string(settings_.entries_max),
                  token,       mark};
        for (auto i = done; i < end; ++i) {
            c.push_back(batch[i].at.text());
            c.push_back(batch[i].words);
            c.push_back(batch[i].born_after ? batch[i].born_after->text() : std::string{});
        }
        reply r;
        if (const auto ec = co_await run(script, std::move(c), r, until))
            co_return ec;
        const auto answer = read_append(r);
        if (!answer)
            co_return answer.error();
        if (answer->how == append_answer::outcome::done) {
            if (after == position{})
                set = mark;
            done = end;
        } else {
            // The top can be one of our own: the batch is repeated, and the answer was lost then.
            // Nobody else gives entries these ids, so what came before it is there as well. What is
            // put back others have too, and perhaps not all of it.
            const auto from = batch.begin() + static_cast<std::ptrdiff_t>(done);
            const auto own = std::ranges::find(from, batch.end(), answer->top, &entry::at);
            if (&script == &scripts_.heal && answer->top != batch.back().at)
                co_return *answer;
            if (answer->how != append_answer::outcome::moved || own == batch.end())
                co_return *answer;
            done = static_cast<std::size_t>(own - batch.begin()) + 1;
        }
        after = answer->top;
        if (done == batch.size()) {
            append_answer all{append_answer::outcome::done, after, std::move(set)};
            co_return all;
        }
    }
}

redis_log::task<std::vector<entry>>
redis_log::read(position after, std::size_t most, milliseconds wait)
{
    co_await asio::this_coro::throw_if_cancelled(false);
    const auto& limits = settings_.limits;
    most = std::clamp<std::size_t>(most, 1, limits.read_max);
    const auto last = std::chrono::steady_clock::now() + std::min(wait, limits.wait_max);
    std::vector<command> questions(1);
    std::vector<reply> replies;
    auto from = after.text();
    if (was_too_long_) {
        auto part = co_await read_carefully("XRANGE", from, "+", most + 1);
        if (!part)
            co_return part.error();
        std::erase_if(part->entries, [&](const entry& e) { return e.at <= after; });
        if (!part->entries.empty())
            co_return std::move(part->entries);
        from = part->last.empty() ? from : part->last;
    }
    for (;;) {
        const auto now = std::chrono::steady_clock::now();
        const auto left = std::max(std::chrono::floor<milliseconds>(last - now), none);
        auto& c = questions[0];
        c = {"XREAD", "COUNT", std::to_string(most)};
        // BLOCK 0 would wait for ever. The position is our own, never $: what came while we were
        // away is what we want.
        if (left > none)
            c.insert(c.end(), {"BLOCK", std::to_string(left.count())});
        c.insert(c.end(), {"STREAMS", key("stream"), from});
        const auto until = now + left + limits.call;
        const auto ec = co_await ask(reading_, questions, replies, until, left + limits.answer);
        was_too_long_ = ec == relay_errc::bad_answer;
        if (ec)
            co_return ec;
        auto part = read_xread(replies[0]);
        if (!part)
            co_return part.error();
        pass_over(*part);
        const bool is_only_others = part->entries.empty() && part->others > 0;
        if (!is_only_others)
            co_return std::move(part->entries);
        from = part->last;
    }
}

redis_log::task<stream_part>
redis_log::read_carefully(std::string direction, std::string from, std::string to, std::size_t most)
{
    command c{"1", key("stream"), std::move(direction), from, std::move(to), std::to_string(most)};
    reply r;
    if (const auto ec = co_await run(reading_, scripts_.careful, std::move(c), r, end_of_call()))
        co_return ec;
    auto part = read_range(r);
    if (part)
        pass_over(*part);
    co_return part;
}

// Said once: whoever puts them there goes on perhaps.
void redis_log::pass_over(const stream_part& part)
{
    if (part.others > 0 && entries_passed_ == 0)
        says_.warn(
            "the relay's stream has entries that are none of ours; they are passed over",
            {{"stream", key("stream")}, {"last", part.last}});
    entries_passed_ += part.others;
}

// Fewer than `most` mean that there are no more, so what is none of ours does not count.
redis_log::task<std::vector<entry>> redis_log::read_back(position from, std::size_t most)
{
    co_await asio::this_coro::throw_if_cancelled(false);
    most = std::clamp<std::size_t>(most, 2, settings_.limits.read_max);
    std::vector<entry> found;
    auto next = from.text();
    for (;;) {
        auto part = co_await read_part_back(next, most);
        if (!part)
            co_return part.error();
        const bool is_whole = part->entries.size() + part->others < most;
        std::ranges::move(part->entries, std::back_inserter(found));
        if (is_whole || found.size() >= most)
            co_return std::move(found);
        const auto last = position::parse(part->last);
        next = last ? last->previous().text() : part->last;
    }
}

redis_log::task<stream_part> redis_log::read_part_back(std::string from, std::size_t most)
{
    if (was_too_long_)
        co_return co_await read_carefully("XREVRANGE", std::move(from), "-", most);
    std::vector<command> questions(1);
    questions[0] = {"XREVRANGE", key("stream"), from, "-", "COUNT", std::to_string(most)};
    std::vector<reply> replies;
    const auto until = end_of_call();
    const auto ec = co_await ask(reading_, questions, replies, until, settings_.limits.answer);
    was_too_long_ = ec == relay_errc::bad_answer;
    if (ec)
        co_return ec;
    auto part = read_range(replies[0]);
    if (part)
        pass_over(*part);
    co_return part;
}

redis_log::task<log_state> redis_log::look()
{
    co_await asio::this_coro::throw_if_cancelled(false);
    command c{"2", key("stream"), key("mark")};
    reply r;
    if (const auto ec = co_await run(scripts_.look, std::move(c), r, end_of_call()))
        co_return ec;
    auto state = read_state(r, calling_.run_id());
    if (state)
        note_time(*state);
    co_return state;
}

redis_log::task<lease_answer> redis_log::lease(const std::string& token, milliseconds lifetime)
{
    co_await asio::this_coro::throw_if_cancelled(false);
    assert(!token.empty());
    command c{
        "3",
        key("stream"),
        key("lease"),
        key("mark"),
        token,
        text_of(lifetime),
        std::to_string(last_server_ms())};
    reply r;
    if (const auto ec = co_await run(scripts_.lease, std::move(c), r, end_of_call()))
        co_return ec;
    auto answer = read_lease(r, token, calling_.run_id());
    if (answer)
        note_time(answer->state);
    co_return answer;
}

void redis_log::note_time(const log_state& heard)
{
    server_ahead_ =
        heard.time.time_since_epoch() -
        std::chrono::floor<milliseconds>(std::chrono::steady_clock::now().time_since_epoch());
}

// When, by the clock of the server, we no longer wait for what we ask now. Where that clock is not
// known yet: never.
std::int64_t redis_log::last_server_ms() const
{
    constexpr std::int64_t never = std::int64_t{1} << 52;
    if (!server_ahead_)
        return never;
    const auto end = std::chrono::floor<milliseconds>(end_of_call().time_since_epoch());
    return (*server_ahead_ + end).count();
}

redis_log::task<void> redis_log::resign(const std::string& token)
{
    co_await asio::this_coro::throw_if_cancelled(false);
    command c{"1", key("lease"), token};
    reply r;
    if (const auto ec = co_await run(scripts_.resign, std::move(c), r, end_of_call()))
        co_return ec;
    co_return result<void>{};
}

redis_log::task<unsigned>
redis_log::claim_slot(const std::string& instance, unsigned wanted, milliseconds lifetime)
{
    co_await asio::this_coro::throw_if_cancelled(false);
    constexpr unsigned slots = 16;
    command c{std::to_string(slots)};
    for (unsigned n = 0; n < slots; ++n)
        c.push_back(key("slot:" + std::to_string(n)));
    c.insert(c.end(), {instance, std::to_string(wanted % slots), text_of(lifetime)});
    reply r;
    if (const auto ec = co_await run(scripts_.claim_slot, std::move(c), r, end_of_call()))
        co_return ec;
    if (r.is != reply::kind::integer || r.number >= slots)
        co_return relay_errc::bad_answer;
    if (r.number < 0)
        co_return relay_errc::no_slot;
    co_return static_cast<unsigned>(r.number);
}

redis_log::task<std::vector<announced>>
redis_log::announce(const announced& self, milliseconds lifetime)
{
    co_await asio::this_coro::throw_if_cancelled(false);
    command c{
        "1",
        key("instances"),
        key("instance:"),
        self.instance,
        self.words,
        text_of(lifetime),
        std::to_string(instances_max)};
    reply r;
    if (const auto ec = co_await run(scripts_.announce, std::move(c), r, end_of_call()))
        co_return ec;
    co_return read_live(r);
}

redis_log::task<put_outcome> redis_log::put_latest(
    const std::string& token, const std::vector<std::pair<std::string, std::string>>& prices,
    milliseconds lifetime)
{
    co_await asio::this_coro::throw_if_cancelled(false);
    if (prices.empty())
        co_return put_outcome::done;
    // What other programs take for real prices must be some.
    const auto first = settings_.name + (settings_.kind == "live" ? "" : ":" + settings_.kind);
    command c{std::to_string(prices.size() + 1), key("lease")};
    for (const auto& price : prices)
        c.push_back(first + ":price:" + price.first);
    c.push_back(token);
    c.push_back(text_of(lifetime));
    for (const auto& price : prices)
        c.push_back(price.second);
    reply r;
    if (const auto ec = co_await run(scripts_.put_latest, std::move(c), r, end_of_call()))
        co_return ec;
    if (r.is != reply::kind::integer)
        co_return relay_errc::bad_answer;
    co_return r.number != 0 ? put_outcome::done : put_outcome::not_leader;
}

redis_figures redis_log::figures() const
{
    redis_figures all;
    for (const auto* link : {&reading_, &calling_}) {
        all.links.connections += link->figures().connections;
        all.links.failures += link->figures().failures;
        all.links.losses += link->figures().losses;
        all.links.refusals += link->figures().refusals;
    }
    all.script_loads = script_loads_;
    all.entries_passed = entries_passed_;
    all.server = relay::text_of(calling_.server());
    all.is_connected = reading_.is_connected() && calling_.is_connected();
    return all;
}

}  // namespace tickertape::relay
