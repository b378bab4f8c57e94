#include "support/fake_venue/fault.hpp"

#include <boost/json/value.hpp>
#include <boost/json/value_to.hpp>

#include <algorithm>
#include <stdexcept>

namespace fake_venue {
namespace {

using enum fault_kind;

const std::vector<fault_row>& rows()
{
    static const std::vector<fault_row> all{
        {{.kind = none}, "what it should do"},
        {{.kind = refuse, .name = "refuse", .cuts = true}, "nobody listens, all are reset"},
        {{.kind = hang_before_handshake, .name = "hang_before_handshake", .cuts = true},
         "connections are accepted and nothing is said"},
        {{.kind = hang_after_handshake, .name = "hang_after_handshake", .cuts = true},
         "TLS, then nothing"},
        {{.kind = slow_accept, .name = "slow_accept", .every_ms = 1000, .cuts = true},
         "every_ms before a connection is spoken to"},
        {{.kind = cut_all, .name = "cut_all", .cuts = true}, "resets all connections, once"},
        {{.kind = wrong_certificate, .name = "wrong_certificate", .cuts = true},
         "of an authority nobody knows"},
        {{.kind = wrong_host, .name = "wrong_host", .cuts = true},
         "a certificate for another name"},
        {{.kind = expired_certificate, .name = "expired_certificate", .cuts = true},
         "a certificate of yesterday"},
        {{.kind = status, .name = "status_403", .status = 403}, "a wall's page"},
        {{.kind = status, .name = "status_418", .status = 418, .retry_after = "5"}, "a ban"},
        {{.kind = status, .name = "status_429", .status = 429, .retry_after = "2"},
         "with retry_after: seconds, or \"date\""},
        {{.kind = status, .name = "status_429_bare", .status = 429}, "without Retry-After"},
        {{.kind = status, .name = "status_451", .status = 451}, "not in this country"},
        {{.kind = status, .name = "status_500", .status = 500}, "its own mistake"},
        {{.kind = status, .name = "status_503", .status = 503, .retry_after = "2"}, "maintenance"},
        {{.kind = status, .name = "status_503_bare", .status = 503}, "without Retry-After"},
        {{.kind = html_200, .name = "html_200", .status = 200}, "a page with status 200"},
        {{.kind = redirect_301, .name = "redirect_301", .status = 301}, "elsewhere"},
        {{.kind = drip, .name = "drip", .every_ms = 100}, "a byte every_ms"},
        {{.kind = truncate, .name = "truncate"}, "the connection ends before the body does"},
        {{.kind = wrong_length, .name = "wrong_length"}, "the body goes on behind its length"},
        {{.kind = gzip, .name = "gzip"}, "an encoding nobody asked for"},
        {{.kind = garbage, .name = "garbage"}, "no JSON"},
        {{.kind = deep_json, .name = "deep_json"}, "a hundred thousand levels"},
        {{.kind = huge_body, .name = "huge_body", .bytes = 100'000'000}, "of so many bytes"},
        {{.kind = zero_price, .name = "zero_price"}, "0"},
        {{.kind = negative_price, .name = "negative_price"}, "below 0"},
        {{.kind = price_1e308, .name = "price_1e308"}, "1e308"},
        {{.kind = off_price, .name = "off_price", .factor = 1.05}, "all prices times factor"},
        {{.kind = frozen, .name = "frozen"}, "prices and times stand still"},
        {{.kind = old_time, .name = "old_time"}, "an hour ago"},
        {{.kind = bad_symbol, .name = "bad_symbol", .symbol = "BTC-USD"},
         "symbol is not sold, and does to its batch what that does at this venue"},
        {{.kind = dead_market, .name = "dead_market", .form = "no_bid"},
         "form: no_bid, or spread for one of half the price"},
        {{.kind = ws_refuse, .name = "ws_refuse", .status = 451}, "status instead of a socket"},
        {{.kind = ws_mute, .name = "ws_mute"}, "open, and not one byte"},
        {{.kind = ws_close_mid_message, .name = "ws_close_mid_message"},
         "half a frame, then the end"},
        {{.kind = ws_fragments, .name = "ws_fragments"},
         "messages in three frames and a ping between them: valid"},
        {{.kind = ws_unknown_messages, .name = "ws_unknown_messages"}, "kinds nobody has heard of"},
        {{.kind = ws_flood, .name = "ws_flood"}, "as fast as it is taken"},
        {{.kind = ws_close,
          .name = "ws_close",
          .every_ms = 500,
          .code = 1001,
          .reason = "going away"},
         "closes with code and reason after every_ms"},
        {{.kind = ws_garbage, .name = "ws_garbage", .form = "text"},
         "form: text (no JSON), utf8 (invalid), frame (of a reserved kind)"},
        {{.kind = ws_error, .name = "ws_error"}, "the venue's own error, to all that is said"},
        {{.kind = ws_please_reconnect, .name = "ws_please_reconnect"},
         "the venue's own request for a new connection"},
    };
    return all;
}

void set(fault& into, std::string_view name, const boost::json::value& value)
{
    if (name == "retry_after")
        into.retry_after = value.is_string() ? std::string{value.get_string()}
                                             : std::to_string(value.to_number<int>());
    else if (name == "status")
        into.status = value.to_number<int>();
    else if (name == "every_ms")
        into.every_ms = value.to_number<int>();
    else if (name == "factor")
        into.factor = value.to_number<double>();
    else if (name == "symbol")
        into.symbol = boost::json::value_to<std::string>(value);
    else if (name == "bytes")
        into.bytes = value.to_number<std::size_t>();
    else if (name == "code")
        into.code = value.to_number<int>();
    else if (name == "reason")
        into.reason = boost::json::value_to<std::string>(value);
    else if (name == "form")
        into.form = boost::json::value_to<std::string>(value);
    else if (name == "cut")
        into.cuts = value.as_bool();
    else if (name != "venue" && name != "fault")
        throw std::runtime_error{"no such parameter: " + std::string{name}};
}

}  // namespace

std::span<const fault_row> fault_rows()
{
    return rows();
}

fault parse_fault(const boost::json::object& from, wall_time now)
{
    const auto* const given = from.if_contains("fault");
    const std::string name =
        given != nullptr ? boost::json::value_to<std::string>(*given) : std::string{};
    const auto row =
        std::ranges::find_if(rows(), [&](const fault_row& r) { return r.usual.name == name; });
    if (row == rows().end())
        throw std::runtime_error{"no such fault: " + name};
    fault made = row->usual;
    for (const auto& [key, value] : from)
        set(made, key, value);
    made.since = now;
    return made;
}

}  // namespace fake_venue
