#include "sse/event.hpp"

#include <array>
#include <charconv>

namespace tickertape::sse {
namespace {

void append_number(std::string& out, std::int64_t n)
{
    std::array<char, 20> digits;
    out.append(digits.data(), std::to_chars(digits.begin(), digits.end(), n).ptr);
}

void append_position(std::string& out, position p)
{
    std::array<char, position::text_bytes_max> text;
    out.append(text.data(), p.write(text.data()));
}

std::int64_t seconds_of(std::chrono::milliseconds ms)
{
    return ms.count() / 1000;
}

void append_age(
    std::string& out, std::string_view event, std::string_view symbol,
    std::chrono::milliseconds age)
{
    out += "event: ";
    out += event;
    out += "\ndata: {\"symbol\":\"";
    out += symbol;
    out += "\",\"age\":";
    append_number(out, seconds_of(age));
    out += "}\n\n";
}

void append_goodbye(std::string& out, std::string_view event, std::chrono::milliseconds wait)
{
    out += "event: ";
    out += event;
    out += "\nretry: ";
    append_number(out, wait.count());
    out += "\ndata: {\"retry\":";
    append_number(out, wait.count());
    out += "}\n\n";
}

}  // namespace

void append_tick(
    std::string& out, position at, price value, std::string_view symbol, std::string_view source,
    tick_extras extras)
{
    out += "id: ";
    append_position(out, at);
    out += "\ndata: {\"timestamp\":";
    append_number(out, static_cast<std::int64_t>(at.ms() / 1000));
    out += ",\"price\":";
    std::array<char, price::text_bytes_max> text;
    out.append(text.data(), value.write(text.data()));
    out += ",\"symbol\":\"";
    out += symbol;
    out += "\",\"source\":\"";
    out += source;
    out += '"';
    if (extras.combined > 0) {
        out += ",\"sources\":";
        append_number(out, extras.combined);
    }
    if (extras.skipped > 0) {
        out += ",\"skipped\":";
        append_number(out, static_cast<std::int64_t>(extras.skipped));
    }
    out += "}\n\n";
}

void append_event(std::string& out, position at, std::string_view event, std::string_view data)
{
    out += "id: ";
    append_position(out, at);
    out += "\nevent: ";
    out += event;
    out += "\ndata: ";
    out += data;
    out += "\n\n";
}

void append_gap(std::string& out, const gap& g)
{
    if (g.resumes) {
        out += "id: ";
        append_position(out, g.to);
        out += '\n';
    }
    out += "event: gap\ndata: {\"from\":\"";
    append_position(out, g.from);
    out += "\",\"to\":\"";
    append_position(out, g.to);
    out += "\",\"reason\":\"";
    out += to_string(g.reason);
    out += '"';
    for (const auto symbol : g.symbols) {
        out += symbol.data() == g.symbols.front().data() ? ",\"symbols\":[\"" : ",\"";
        out += symbol;
        out += '"';
    }
    out += g.symbols.empty() ? "}\n\n" : "]}\n\n";
}

void append_heartbeat(std::string& out, wall_time now)
{
    out += "event: heartbeat\ndata: {\"timestamp\":";
    append_number(out, seconds_of(now.time_since_epoch()));
    out += "}\n\n";
}

void append_stale(std::string& out, std::string_view symbol, std::chrono::milliseconds age)
{
    append_age(out, "stale", symbol, age);
}

void append_fresh(std::string& out, std::string_view symbol, std::chrono::milliseconds age)
{
    append_age(out, "fresh", symbol, age);
}

void append_retry(std::string& out, std::chrono::milliseconds wait)
{
    out += "retry: ";
    append_number(out, wait.count());
    out += "\n\n";
}

void append_moving(std::string& out, std::chrono::milliseconds wait)
{
    append_goodbye(out, "moving", wait);
}

void append_busy(std::string& out, std::chrono::milliseconds wait)
{
    append_goodbye(out, "busy", wait);
}

std::string_view to_string(gap_reason r) noexcept
{
    static constexpr std::array<std::string_view, gap_reasons> words{
        "evicted", "restarted", "lapped", "changed", "damaged", "missing"};
    return words[static_cast<std::size_t>(r)];
}

gap_reason reason_of(gap_cause why) noexcept
{
    switch (why) {
    case gap_cause::evicted:
        break;
    case gap_cause::restarted:
        return gap_reason::restarted;
    case gap_cause::damaged:
        return gap_reason::damaged;
    case gap_cause::missing:
        return gap_reason::missing;
    }
    return gap_reason::evicted;
}

}  // namespace tickertape::sse
