// The markets one connection is asked for: what the provider has answered of each, and how old its
// newest price is.
//
// Threads: one.
#pragma once

#include "core/fetch_error.hpp"
#include "provider/socket_api.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tickertape::provider {

enum class subscription_state { asked, accepted, refused };

struct asked_market {
    std::string name;  // as the provider spells it
    // Several where symbols of ours share a market: BTC-USDT is also what BTC-USD may be priced by.
    std::vector<symbol_id> symbols;
    subscription_state state = subscription_state::asked;
    std::optional<std::int64_t> newest{};  // the order of its newest price
    int older_in_a_row = 0;
};

class socket_markets {
public:
    // Once. Those beyond `markets_max` are refused, because the provider would refuse the
    // connection.
    void ask(std::span<const market> markets, std::size_t markets_max, socket_news& news);

    // In the order they were given, each name once.
    std::span<asked_market> all() noexcept { return all_; }
    // The same in parts of `markets_per_part`: part 0, 1, 2, ...; empty behind the last.
    std::span<asked_market> part(std::size_t number, std::size_t markets_per_part) noexcept;
    // What the request with that id asked for, where requests have the ids 1, 2, 3, ... and each
    // asks for the next part. Empty: there is no id, or none of ours.
    std::span<asked_market>
    of_request(std::optional<std::int64_t> id, std::size_t markets_per_part) noexcept;
    // Null: not asked for.
    asked_market* find(std::string_view name) noexcept;

private:
    std::vector<asked_market> all_;
    std::vector<std::size_t> by_name_;  // places in all_, sorted by their names
};

// Each is told once. What was accepted is not refused any more; what was refused may still be
// accepted.
void accept(asked_market& of, socket_news& news);
void refuse(asked_market& of, const fetch_error& why, socket_news& news);

// What a message says of one market, as a quote for the first of its symbols: a quote for each of
// them, or what is wrong with it. A price older than the newest is neither: it came late, and the
// newer one stands. The same once more is let through, because two trades share a time more often
// than a message is sent twice, and a repeated price is no news to anybody.
// `order` grows with the age of the world: a sequence number or a time in any one unit. None: the
// message does not say.
void take(
    asked_market& of, const fetched<quote>& said, std::optional<std::int64_t> order,
    socket_news& news);

// One message that is no JSON means that this is not the protocol we think it is, and the
// connection is of no use. JSON with a number no double holds, or too deep, is one message we do
// not know: one absurd number must not take the other markets with it.
void note_unreadable(
    const boost::system::error_code& why, std::string_view message, socket_news& news);

// Adds to the notice; it stays within words_bytes_max.
void add_notice(std::string_view words, socket_news& news);

// Whether `text` has `words`, in any case; `words` are in lower case.
bool mentions(std::string_view text, std::string_view words) noexcept;

// Appends to a JSON array of strings: "A","B","C". Market names need no escapes: they are letters,
// digits, '-' and '/'.
void append_quoted(std::string& to, std::string_view name);

}  // namespace tickertape::provider
