#include "relay/redis_answers.hpp"

#include "core/text.hpp"
#include "relay/message.hpp"
#include "relay/presence.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace tickertape::relay {
namespace {

using kind = reply::kind;

constexpr std::size_t word_bytes_max = 32;
constexpr std::size_t id_bytes_max = 64;

struct known_word {
    std::string_view word;
    relay_errc code;
    bool is_to_leave;
};

constexpr std::array known_words{
    // Not the master, or cut off from its replicas: another one may be.
    known_word{"READONLY", relay_errc::unreachable, true},
    known_word{"MASTERDOWN", relay_errc::unreachable, true},
    known_word{"UNBLOCKED", relay_errc::unreachable, true},
    known_word{"NOREPLICAS", relay_errc::unreachable, true},
    known_word{"CLUSTERDOWN", relay_errc::unreachable, true},
    // It has just started, and reads its files.
    known_word{"LOADING", relay_errc::unreachable, true},
    known_word{"BUSY", relay_errc::too_slow, false},
    // A password, a right, or the server's own disk or memory: for the operator.
    known_word{"NOAUTH", relay_errc::refused, true},
    known_word{"WRONGPASS", relay_errc::refused, true},
    known_word{"NOPERM", relay_errc::refused, false},
    known_word{"DENIED", relay_errc::refused, true},
    known_word{"MISCONF", relay_errc::refused, false},
    known_word{"OOM", relay_errc::refused, false},
    // Redis Cluster would have us go elsewhere for a key.
    known_word{"MOVED", relay_errc::refused, false},
    known_word{"CROSSSLOT", relay_errc::refused, false},
};

// The error's first word. Redis 6 puts those of a script's commands behind words of its own: "ERR
// Error running script (call to f_...): @user_script:1: @user_script: 1: -READONLY You can't ..."
std::string_view first_word(std::string_view text)
{
    constexpr std::string_view wrapped = "ERR Error running script";
    if (text.starts_with(wrapped)) {
        if (const auto inner = text.rfind(": -"); inner != std::string_view::npos)
            text.remove_prefix(inner + 3);
    }
    // Redis 7 says in words of its own that a command within a script is not allowed to the user.
    if (text.starts_with("ERR The user executing the script can't"))
        return "NOPERM";
    const auto word = text.substr(0, text.find(' '));
    const bool is_word = !word.empty() && word.size() <= word_bytes_max &&
                         std::ranges::all_of(word, [](char c) { return c >= 'A' && c <= 'Z'; });
    return is_word ? word : "ERR";
}

boost::system::error_code wrong(const reply& r)
{
    const auto refused = meaning_of(r);
    return refused.code ? refused.code : make_error_code(relay_errc::bad_answer);
}

bool is_array_of(const reply& r, std::size_t count)
{
    return r.is == kind::array && r.elements.size() == count;
}

result<position> position_of(const reply& r)
{
    if (r.is != kind::text || r.text.size() > id_bytes_max)
        return relay_errc::bad_answer;
    const auto read = position::parse(r.text);
    if (!read)
        return relay_errc::bad_answer;
    return *read;
}

std::optional<std::int64_t> number_of(const reply& r)
{
    if (r.is == kind::integer)
        return r.number;
    std::int64_t number = 0;
    const auto* const end = r.text.data() + r.text.size();
    const auto read = std::from_chars(r.text.data(), end, number);
    if (r.is != kind::text || read.ec != std::errc{} || read.ptr != end)
        return {};
    return number;
}

// Fields and values behind each other. Fields we do not know are a later version's.
std::optional<entry> entry_of(position at, const reply& fields)
{
    const reply* after = nullptr;
    const reply* words = nullptr;
    const reply* born_after = nullptr;
    for (std::size_t i = 0; i + 1 < fields.elements.size(); i += 2) {
        if (fields.elements[i].text == "p")
            after = &fields.elements[i + 1];
        else if (fields.elements[i].text == "d")
            words = &fields.elements[i + 1];
        else if (fields.elements[i].text == "b")
            born_after = &fields.elements[i + 1];
    }
    if (after == nullptr || words == nullptr)
        return {};
    const auto before = position_of(*after);
    if (!before || *before >= at || words->is != kind::text ||
        words->text.size() > words_of_entry_max)
        return {};
    if (born_after == nullptr)
        return entry{at, *before, words->text};
    const auto first_before = position_of(*born_after);
    if (!first_before || *first_before >= at)
        return {};
    return entry{at, *before, words->text, *first_before};
}

// top, seconds, microseconds, replication id, mark
result<log_state> state_of(const reply* first, std::string_view run_id)
{
    const auto& top = first[0];
    const auto* const time = first + 1;
    const auto& lineage = first[3];
    const auto& mark = first[4];
    constexpr std::int64_t seconds_max = 1'000'000'000'000;
    const auto at = position_of(top);
    const auto seconds = number_of(time[0]);
    const auto micros = number_of(time[1]);
    const bool is_time = seconds && micros && *seconds >= 0 && *seconds < seconds_max &&
                         *micros >= 0 && *micros < 1'000'000;
    if (!at || !is_time || lineage.is != kind::text || lineage.text.size() > id_bytes_max ||
        mark.is != kind::text || mark.text.size() > id_bytes_max)
        return relay_errc::bad_answer;
    return log_state{
        *at, wall_time{std::chrono::milliseconds{*seconds * 1000 + *micros / 1000}},
        lineage.text + "/" + std::string{run_id}, mark.text};
}

}  // namespace

refusal meaning_of(const reply& r)
{
    if (r.is != kind::error)
        return {};
    const auto word = first_word(r.text);
    const auto* const found = std::ranges::find(known_words, word, &known_word::word);
    if (found != known_words.end())
        return {found->code, found->is_to_leave, std::string{word}};
    if (r.text.starts_with("ERR max number of clients"))
        return {relay_errc::unreachable, true, std::string{word}};
    return {relay_errc::bad_answer, false, std::string{word}};
}

// name of the stream, entries
result<stream_part> read_xread(const reply& r)
{
    if (r.is == kind::nil)
        return stream_part{};
    if (!is_array_of(r, 1) || !is_array_of(r.elements[0], 2))
        return wrong(r);
    return read_range(r.elements[0].elements[1]);
}

// id, fields
result<stream_part> read_range(const reply& r)
{
    stream_part part{};
    if (r.is != kind::array)
        return wrong(r);
    for (const auto& item : r.elements) {
        if (!is_array_of(item, 2))
            return relay_errc::bad_answer;
        if (item.elements[0].is != kind::text || item.elements[0].text.size() > id_bytes_max)
            return relay_errc::bad_answer;
        part.last = item.elements[0].text;
        const auto at = position_of(item.elements[0]);
        auto e = at ? entry_of(*at, item.elements[1]) : std::nullopt;
        if (e)
            part.entries.push_back(std::move(*e));
        else
            ++part.others;
    }
    return part;
}

result<log_state> read_state(const reply& r, std::string_view run_id)
{
    if (!is_array_of(r, 5))
        return wrong(r);
    return state_of(r.elements.data(), run_id);
}

// outcome, top
result<append_answer> read_append(const reply& r)
{
    using outcome = append_answer::outcome;
    if (!is_array_of(r, 2))
        return wrong(r);
    const auto top = position_of(r.elements[1]);
    const auto& how = r.elements[0].text;
    if (!top || (how != "done" && how != "moved" && how != "not_leader"))
        return relay_errc::bad_answer;
    return append_answer{
        how == "done"    ? outcome::done
        : how == "moved" ? outcome::moved
                         : outcome::not_leader,
        *top};
}

// holder, and what read_state() reads
result<lease_answer> read_lease(const reply& r, std::string_view token, std::string_view run_id)
{
    if (!is_array_of(r, 6) || r.elements[0].is != kind::text)
        return wrong(r);
    auto state = state_of(r.elements.data() + 1, run_id);
    if (!state)
        return state.error();
    const auto& holder = r.elements[0].text;
    // Anybody with the password may write there; ours is shorter and plain.
    return lease_answer{!holder.empty() && holder == token, clean_words(holder), std::move(*state)};
}

// name, words, name, words ... no words: they have expired meanwhile
result<std::vector<announced>> read_live(const reply& r)
{
    if (r.is != kind::array || r.elements.size() % 2 != 0)
        return wrong(r);
    std::vector<announced> live;
    for (std::size_t i = 0; i < r.elements.size(); i += 2) {
        const auto& name = r.elements[i];
        const auto& words = r.elements[i + 1];
        if (name.is != kind::text)
            return relay_errc::bad_answer;
        if (words.is == kind::text && is_instance_name(name.text))
            live.push_back({name.text, words.text});
    }
    return live;
}

result<redis_host> read_master(const reply& r)
{
    if (r.is == kind::nil)
        return relay_errc::unreachable;
    if (!is_array_of(r, 2))
        return wrong(r);
    const auto port = number_of(r.elements[1]);
    const auto& name = r.elements[0].text;
    if (name.empty() || name.size() > 255 || !port || *port < 1 || *port > 65'535)
        return relay_errc::bad_answer;
    return redis_host{name, std::to_string(*port)};
}

result<server_words> read_server(const reply& r)
{
    if (r.is != kind::text)
        return wrong(r);
    const auto value_of = [&](std::string_view name) -> std::string {
        const auto begin = ("\n" + r.text).find("\n" + std::string{name} + ":");
        if (begin == std::string::npos)
            return {};
        const auto from = begin + name.size() + 1;
        const auto size = r.text.find_first_of("\r\n", from) - from;
        return r.text.substr(from, std::min(size, id_bytes_max));
    };
    return server_words{value_of("run_id"), value_of("role"), value_of("maxmemory_policy")};
}

}  // namespace tickertape::relay
