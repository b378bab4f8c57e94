#include "relay/redis_texts.hpp"

#include "relay/redis_answers.hpp"
#include "telemetry/log.hpp"

#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <random>
#include <utility>

namespace tickertape::relay {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using std::chrono::milliseconds;

// Of one call, also of one that carries the longest text.
constexpr milliseconds answer_max{10'000};

// KEYS: lease, text, version. ARGV: token, text, version, milliseconds.
constexpr auto put_text = R"lua(
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[2], ARGV[2], 'PX', ARGV[4])
redis.call('SET', KEYS[3], ARGV[3], 'PX', ARGV[4])
return 1
)lua";

// KEYS: wanted. ARGV: name, milliseconds, the most bytes.
constexpr auto want_text = R"lua(
local all = redis.call('GET', KEYS[1]) or '\n'
if not string.find(all, '\n' .. ARGV[1] .. '\n', 1, true) then
    if #all + #ARGV[1] >= tonumber(ARGV[3]) then return 0 end
    all = all .. ARGV[1] .. '\n'
end
redis.call('SET', KEYS[1], all, 'PX', ARGV[2])
return 1
)lua";

// KEYS: wanted.
constexpr auto take_wanted_text = R"lua(
local all = redis.call('GET', KEYS[1])
if all then redis.call('DEL', KEYS[1]) end
return all
)lua";

redis_log_settings with_time(redis_log_settings s)
{
    s.limits.answer = answer_max;
    return s;
}

bool is_text_or_nil(const reply& r) noexcept
{
    return r.is == reply::kind::text || r.is == reply::kind::nil;
}

}  // namespace

text_versions::text_versions()
    : life_{[] {
          std::random_device any;
          return std::to_string((std::uint64_t{any()} << 32) | any());
      }()}
{
}

redis_texts::redis_texts(
    asio::any_io_executor executor, redis_log_settings settings, asio::ssl::context& trust,
    const telemetry::logger& log, std::function<double()> random, net::resolve_function lookup)
    : settings_{with_time(std::move(settings))}, pace_{settings_.limits.attempts_per_second},
      link_{
          {executor, trust, settings_.address, settings_.limits, pace_, std::move(lookup)},
          std::move(random),
          [&log](std::string_view what, std::string_view why, const std::string& server) {
              if (what == "connected")
                  log.info("relay connected", {{"server", server}, {"for", "figures"}});
              else
                  log.warn(
                      "relay trouble",
                      {{"what", what}, {"cause", why}, {"server", server}, {"for", "figures"}});
          }},
      put_{"put_text", put_text}, want_{"want_text", want_text}, take_wanted_{
                                                                     "take_wanted_text",
                                                                     take_wanted_text}
{
}

std::string redis_texts::key(const std::string& name, const char* part) const
{
    return settings_.name + ":{" + settings_.kind + "}:figures:" + name + part;
}

redis_texts::code_task
redis_texts::ask(const std::vector<command>& questions, std::vector<reply>& replies)
{
    const auto until = std::chrono::steady_clock::now() + settings_.limits.call + answer_max;
    const auto ec = co_await link_.ask(questions, replies, until, answer_max);
    if (ec)
        co_return ec;
    for (const auto& r : replies)
        if (const auto refused = meaning_of(r); refused.code && !refused.is_no_script())
            co_return refused.code;
    co_return error_code{};
}

redis_texts::task<std::vector<redis_texts::standing>>
redis_texts::look(const std::vector<std::string>& names, const std::vector<std::string>& read_here)
{
    co_await asio::this_coro::throw_if_cancelled(false);
    std::vector<command> questions;
    for (const auto& name : names) {
        questions.push_back({"GET", key(name, ":version")});
        questions.push_back({"EXISTS", key(name, ":read")});
    }
    const auto life = std::to_string(read_for.count());
    for (const auto& name : read_here)
        questions.push_back({"SET", key(name, ":read"), "1", "PX", life});
    std::vector<reply> replies;
    if (const auto ec = co_await ask(questions, replies))
        co_return ec;
    std::vector<standing> all;
    for (std::size_t i = 0; i < names.size(); ++i) {
        const auto& version = replies[2 * i];
        const auto& readers = replies[2 * i + 1];
        if (!is_text_or_nil(version) || readers.is != reply::kind::integer)
            co_return relay_errc::bad_answer;
        all.push_back({version.text, readers.number != 0});
    }
    co_return all;
}

// The version first: of a text that is put in between the next look says another one.
redis_texts::task<shared_text> redis_texts::fetch(const std::string& name)
{
    co_await asio::this_coro::throw_if_cancelled(false);
    std::vector<command> questions(2);
    questions[0] = {"GET", key(name, ":version")};
    questions[1] = {"GET", key(name, "")};
    std::vector<reply> replies;
    if (const auto ec = co_await ask(questions, replies))
        co_return ec;
    if (!is_text_or_nil(replies[0]) || !is_text_or_nil(replies[1]))
        co_return relay_errc::bad_answer;
    shared_text found{std::move(replies[0].text), std::move(replies[1].text)};
    co_return found;
}

redis_texts::task<reply> redis_texts::run(redis_script& script, command keys_and_arguments)
{
    std::vector<command> questions(1);
    std::vector<reply> replies;
    for (int tries = 0; tries < 3; ++tries) {
        if (script.sha.empty()) {
            questions[0] = {"SCRIPT", "LOAD", script.text};
            if (const auto ec = co_await ask(questions, replies))
                co_return ec;
            script.sha = replies[0].text;
        }
        questions[0] = {"EVALSHA", script.sha};
        questions[0].insert(
            questions[0].end(), keys_and_arguments.begin(), keys_and_arguments.end());
        if (const auto ec = co_await ask(questions, replies))
            co_return ec;
        if (!meaning_of(replies[0]).is_no_script())
            co_return std::move(replies[0]);
        script.sha.clear();
    }
    co_return relay_errc::bad_answer;
}

redis_texts::task<std::int64_t>
redis_texts::number_of(redis_script& script, command keys_and_arguments)
{
    const auto said = co_await run(script, std::move(keys_and_arguments));
    if (!said)
        co_return said.error();
    if (said->is != reply::kind::integer)
        co_return relay_errc::bad_answer;
    co_return said->number;
}

redis_texts::task<put_outcome> redis_texts::put(
    const std::string& token, const std::string& name, const shared_text& what, milliseconds life)
{
    co_await asio::this_coro::throw_if_cancelled(false);
    if (what.text.size() > shared_text_bytes_max || what.version.empty())
        co_return relay_errc::bad_entry;
    command asked{"3",           settings_.name + ":{" + settings_.kind + "}:lease",
                  key(name, ""), key(name, ":version"),
                  token,         what.text,
                  what.version,  std::to_string(life.count())};
    const auto done = co_await number_of(put_, std::move(asked));
    if (!done)
        co_return done.error();
    co_return *done != 0 ? put_outcome::done : put_outcome::not_leader;
}

redis_texts::task<want_outcome> redis_texts::want(const std::string& name)
{
    co_await asio::this_coro::throw_if_cancelled(false);
    command asked{
        "1", key("wanted", ""), name, std::to_string(wanted_for.count()),
        std::to_string(wanted_bytes_max)};
    const auto noted = co_await number_of(want_, std::move(asked));
    if (!noted)
        co_return noted.error();
    co_return *noted != 0 ? want_outcome::noted : want_outcome::too_many;
}

redis_texts::task<std::vector<std::string>> redis_texts::take_wanted()
{
    co_await asio::this_coro::throw_if_cancelled(false);
    command asked{"1", key("wanted", "")};
    const auto said = co_await run(take_wanted_, std::move(asked));
    if (!said)
        co_return said.error();
    if (!is_text_or_nil(*said))
        co_return relay_errc::bad_answer;
    std::vector<std::string> names;
    for (std::size_t from = 0; from < said->text.size();) {
        const auto end = std::min(said->text.find('\n', from), said->text.size());
        if (end > from)
            names.push_back(said->text.substr(from, end - from));
        from = end + 1;
    }
    co_return names;
}

}  // namespace tickertape::relay
