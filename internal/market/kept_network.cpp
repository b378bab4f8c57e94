#include "market/kept_network.hpp"

#include "core/noted_time.hpp"
#include "json/fields.hpp"
#include "json/json_text.hpp"
#include "json/own_members.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

namespace tickertape::market {
namespace {

constexpr std::string_view what = "bitcoin network";
constexpr std::int64_t version = 1;

// In ten minutes each, some two thousand years.
constexpr std::int64_t height_max = 100'000'000;
constexpr std::int64_t span_seconds_max = 10'000'000'000;
constexpr std::size_t word_bytes_max = 100;

constexpr std::array sources{mempool, blockchain, blockchair};

struct named_fee {
    std::string_view name;
    std::optional<double> fee_rates::*rate;
};
constexpr std::array fees{
    named_fee{"fastest", &fee_rates::fastest}, named_fee{"half_hour", &fee_rates::half_hour},
    named_fee{"hour", &fee_rates::hour},       named_fee{"economy", &fee_rates::economy},
    named_fee{"minimum", &fee_rates::minimum},
};

std::int64_t ms_of(wall_time at) noexcept
{
    return at.time_since_epoch().count();
}

std::string text_of(const block_window& over)
{
    json::object text;
    text.number("blocks", over.blocks).number("seconds", over.span.count());
    text.real("difficulties", over.difficulties);
    return std::move(text).done();
}

void add(json::object& to, const chain& of)
{
    to.number("height", of.height).real("difficulty", of.difficulty);
    if (of.mined_at)
        to.number("mined_at", ms_of(*of.mined_at));
    if (of.day)
        to.json("day", text_of(*of.day));
    if (of.fortnight)
        to.json("fortnight", text_of(*of.fortnight));
}

void add(json::object& to, const adjustment& of)
{
    to.number("height", of.height).number("retarget_height", of.retarget_height);
    to.real("change_percent", of.change_percent);
}

void add(json::object& to, const fee_rates& of)
{
    for (const auto& [name, rate] : fees)
        if (of.*rate)
            to.real(name, of.*rate);
}

void add(json::object& to, const backlog& of)
{
    if (of.transactions)
        to.real("transactions", of.transactions);
    if (of.vsize)
        to.real("vsize", of.vsize);
}

template <class T>
void add_part(json::object& to, std::string_view name, const std::optional<said<T>>& part)
{
    if (!part)
        return;
    json::object text;
    text.text("source", part->source).number("received_at", ms_of(part->at));
    add(text, part->what);
    to.json(name, std::move(text).done());
}

std::optional<block_window> window_in(json::own_members& of, std::string_view name)
{
    if (of.at(name) == nullptr)
        return std::nullopt;
    json::own_members from{of, name};
    const block_window over{
        .blocks = from.integer("blocks", 1, height_max),
        .span = std::chrono::seconds{from.integer("seconds", 1, span_seconds_max)},
        .difficulties = from.real("difficulties")};
    if (from.is_spoilt() || over.difficulties < 0)
        of.spoil(name);
    return over;
}

void read(json::own_members& from, chain& into)
{
    into.height = from.integer("height", 0, height_max);
    into.difficulty = from.real("difficulty");
    into.mined_at = from.time_if_any("mined_at");
    into.day = window_in(from, "day");
    into.fortnight = window_in(from, "fortnight");
    if (!(into.difficulty > 0))
        from.spoil("difficulty");
}

void read(json::own_members& from, adjustment& into)
{
    // As they were said: what cannot be true is withheld when figures are made of them.
    constexpr auto any = std::int64_t{1} << 62;
    into.height = from.integer("height", -any, any);
    into.retarget_height = from.integer("retarget_height", -any, any);
    into.change_percent = from.real("change_percent");
}

void read(json::own_members& from, fee_rates& into)
{
    for (const auto& [name, rate] : fees)
        into.*rate = from.real_if_any(name);
}

void read(json::own_members& from, backlog& into)
{
    into.transactions = from.real_if_any("transactions");
    into.vsize = from.real_if_any("vsize");
}

// What was wrong; none: the part is as it was, or is not there.
template <class T>
std::optional<fetch_error> read_part(
    const json::own_members& of, std::string_view name, const moment& now,
    std::optional<said<T>>& into)
{
    if (of.at(name) == nullptr)
        return std::nullopt;
    json::own_members from{of, name};
    said<T> part{.what = {}, .source = {}, .at = from.time("received_at"), .received = {}};
    part.received = received_by(part.at, now);
    const auto* const source = std::ranges::find(sources, from.text("source", word_bytes_max));
    if (source == sources.end())
        from.spoil("source");
    else
        part.source = *source;
    read(from, part.what);
    if (from.is_spoilt())
        return from.why();
    into = std::move(part);
    return std::nullopt;
}

}  // namespace

std::string write_kept(const network_parts& known)
{
    json::object text;
    text.text("kept", what).number("version", version);
    add_part(text, "chain", known.blocks);
    add_part(text, "next", known.next);
    add_part(text, "fees", known.fees);
    add_part(text, "waiting", known.waiting);
    return std::move(text).done();
}

fetched<network_parts> read_kept_network(std::string_view text, const moment& now)
{
    const auto body = json::read_own(text, what, version);
    if (!body)
        return body.error();
    json::own_members from{&*body};
    network_parts known;
    for (const auto& wrong :
         {read_part(from, "chain", now, known.blocks), read_part(from, "next", now, known.next),
          read_part(from, "fees", now, known.fees), read_part(from, "waiting", now, known.waiting)})
        if (wrong)
            return *wrong;
    if (!known.blocks)
        from.spoil("chain");
    if (from.is_spoilt())
        return from.why();
    return known;
}

}  // namespace tickertape::market
