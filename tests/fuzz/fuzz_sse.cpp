// Any bytes as a list of events to be encoded: what comes out, read by a parser that knows only
// what the standards say, is those events and nothing else, in either framing.
#include "sse/event.hpp"
#include "sse/framing.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace tickertape;

namespace {

void require(bool holds)
{
    if (!holds)
        std::abort();
}

// What a browser would make of one block.
struct event {
    std::string id;
    std::string type;
    std::string content;
    std::string retry;

    friend bool operator==(const event&, const event&) = default;
};

// HTML, 9.2.6: lines of "field: value", blocks that end with an empty line. Ours end in LF alone.
std::vector<event> parse(std::string_view text)
{
    std::vector<event> out;
    event e;
    bool has_lines = false;
    while (!text.empty()) {
        const auto end = text.find('\n');
        require(end != std::string_view::npos);
        const auto line = text.substr(0, end);
        text.remove_prefix(end + 1);
        require(line.find('\r') == std::string_view::npos);
        if (line.empty()) {
            require(has_lines);
            out.push_back(std::exchange(e, {}));
            has_lines = false;
            continue;
        }
        has_lines = true;
        const auto colon = line.find(": ");
        require(colon != std::string_view::npos);
        const auto name = line.substr(0, colon);
        const std::string value{line.substr(colon + 2)};
        auto& field = name == "id"      ? e.id
                      : name == "event" ? e.type
                      : name == "data"  ? e.content
                                        : e.retry;
        require(name == "id" || name == "event" || name == "data" || name == "retry");
        require(field.empty() && !value.empty());
        field = value;
    }
    require(!has_lines);
    return out;
}

// RFC 9112, 7.1.
std::string without_chunks(std::string_view text)
{
    std::string out;
    for (;;) {
        const auto end = text.find("\r\n");
        require(end != std::string_view::npos && end > 0);
        const std::string digits{text.substr(0, end)};
        require(digits.find_first_not_of("0123456789abcdef") == std::string::npos);
        const auto size = std::stoul(digits, nullptr, 16);
        text.remove_prefix(end + 2);
        require(text.size() >= size + 2);
        out += text.substr(0, size);
        require(text.substr(size, 2) == "\r\n");
        text.remove_prefix(size + 2);
        if (size == 0) {
            require(text.empty());
            return out;
        }
    }
}

// Numbers and choices out of the fuzzer's bytes; zeros when they have come to an end.
class source {
public:
    source(const std::uint8_t* bytes, std::size_t size) : at_{bytes}, left_{size} {}

    bool is_over() const { return left_ == 0; }
    template <class T>
    T next()
    {
        T value{};
        const auto size = std::min(sizeof value, left_);
        std::memcpy(&value, at_, size);
        at_ += size;
        left_ -= size;
        return value;
    }

private:
    const std::uint8_t* at_;
    std::size_t left_;
};

position any_position(source& from)
{
    return position::from_packed(from.next<std::uint64_t>());
}

constexpr std::string_view names[]{"BTC-USD", "ETH-USD", "1INCH-USDT"};
constexpr std::string_view sources[]{"coinbase", "median(coinbase,kraken)", "derived(A-B*B-C)"};

std::string text_of(position p)
{
    std::string out(position::text_bytes_max, '\0');
    out.resize(static_cast<std::size_t>(p.write(out.data()) - out.data()));
    return out;
}

// Appends one event that the bytes choose, and returns it as a client has to see it.
event append_any(std::string& out, source& from)
{
    const auto kind = from.next<std::uint8_t>() % 7;
    const auto pick = from.next<std::uint8_t>();
    const auto name = names[pick % 3];
    const std::chrono::milliseconds some{from.next<std::uint32_t>()};
    const auto seconds = std::to_string(some.count() / 1000);
    const auto wait = std::to_string(some.count());
    if (kind == 0) {
        const auto at = any_position(from);
        const auto value = price::from(from.next<double>());
        if (!value)
            return {};
        const unsigned combined = pick % 5;
        const std::uint64_t skipped = from.next<std::uint16_t>();
        const auto whose = sources[pick / 3 % 3];
        sse::append_tick(out, at, *value, name, whose, {.combined = combined, .skipped = skipped});
        return {
            text_of(at), "",
            "{\"timestamp\":" + std::to_string(at.ms() / 1000) + ",\"price\":" + value->text() +
                ",\"symbol\":\"" + std::string{name} + "\",\"source\":\"" + std::string{whose} +
                "\"" + (combined > 0 ? ",\"sources\":" + std::to_string(combined) : "") +
                (skipped > 0 ? ",\"skipped\":" + std::to_string(skipped) : "") + "}",
            ""};
    }
    if (kind == 1) {
        const auto reason = static_cast<sse::gap_reason>(pick % sse::gap_reasons);
        const auto first = any_position(from);
        const auto last = any_position(from);
        const std::span all{names};
        const auto about = all.first(pick % 4);
        const bool resumes = pick >= 128;
        sse::append_gap(out, {first, last, reason, about, resumes});
        std::string symbols;
        for (const auto s : about)
            symbols += (symbols.empty() ? "\"" : ",\"") + std::string{s} + "\"";
        return {
            resumes ? text_of(last) : "", "gap",
            "{\"from\":\"" + text_of(first) + "\",\"to\":\"" + text_of(last) + "\",\"reason\":\"" +
                std::string{to_string(reason)} + "\"" +
                (symbols.empty() ? "" : ",\"symbols\":[" + symbols + "]") + "}",
            ""};
    }
    const std::string about = "{\"symbol\":\"" + std::string{name} + "\",\"age\":" + seconds + "}";
    switch (kind) {
    case 2:
        sse::append_heartbeat(out, wall_time{some});
        return {"", "heartbeat", "{\"timestamp\":" + seconds + "}", ""};
    case 3:
        sse::append_stale(out, name, some);
        return {"", "stale", about, ""};
    case 4:
        sse::append_fresh(out, name, some);
        return {"", "fresh", about, ""};
    case 5:
        sse::append_retry(out, some);
        return {"", "", "", wait};
    default: {
        const bool busy = pick % 2 == 0;
        busy ? sse::append_busy(out, some) : sse::append_moving(out, some);
        return {"", busy ? "busy" : "moving", "{\"retry\":" + wait + "}", wait};
    }
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size)
{
    source from{bytes, size};
    std::vector<event> meant;
    std::string chunks;
    std::string raw;
    while (!from.is_over()) {
        std::string block;
        // A frame is a block or a run of them.
        do {
            auto e = append_any(block, from);
            if (e != event{})
                meant.push_back(std::move(e));
        } while (!from.is_over() && from.next<std::uint8_t>() % 2 == 0);
        sse::append_framed(chunks, sse::framing::chunked, block);
        sse::append_framed(raw, sse::framing::raw, block);
    }
    chunks += sse::end_of_stream(sse::framing::chunked);
    raw += sse::end_of_stream(sse::framing::raw);
    require(without_chunks(chunks) == raw);
    require(parse(raw) == meant);
    return 0;
}
