#include "market/network_figures.hpp"

#include "market/emission.hpp"

#include <algorithm>
#include <cmath>

namespace tickertape::market {
namespace {

constexpr std::size_t figures_there_are = 19;

double seconds_of(wall_time at) noexcept
{
    return static_cast<double>(at.time_since_epoch().count()) / 1000;
}

bool is_within(double value, double least, double most) noexcept
{
    return value >= least && value <= most;
}

// Collects figures that follow from one part.
struct figure_list {
    std::vector<network_figure>& all;
    std::string_view source{};
    wall_time at{};
    boot_time received{};
    bool is_late = false;

    network_figure& add(std::string_view name, std::optional<double> value)
    {
        network_figure one{.name = name};
        one.value = value;
        one.source = source;
        one.at = at;
        one.received = received;
        one.is_late = is_late;
        all.push_back(one);
        return all.back();
    }
    network_figure& compute(
        std::string_view name, std::optional<double> value,
        const std::optional<block_window>& over = std::nullopt)
    {
        auto& one = add(name, value);
        one.is_computed = true;
        one.window = over;
        return one;
    }
};

void check(network_figure& one, bool holds, std::string_view why)
{
    if (!one.value || holds)
        return;
    one.value.reset();
    one.withheld = why;
}

template <class T>
figure_list list_of(std::vector<network_figure>& all, const std::optional<said<T>>& part)
{
    if (!part)
        return {.all = all};
    return {.all = all, .source = part->source, .at = part->at, .received = part->received};
}

// Why the time of the newest block is not that; empty: it is, or is not said. `asked`: when it
// came.
std::string_view
wrong_date_of(const chain* c, wall_time asked, const network_limits& limits) noexcept
{
    if (c == nullptr || !c->mined_at)
        return {};
    if (*c->mined_at > asked + limits.ahead_max)
        return "the block is dated in the future";
    if (*c->mined_at < asked - limits.old_max)
        return "the newest block is never that old";
    return {};
}

// Windows of mempool.space end with the newest block's time; those of the others are the last 24
// hours.
std::string_view
wrong_end_of(const std::optional<said<chain>>& blocks, const network_limits& limits) noexcept
{
    if (!blocks || blocks->source != mempool)
        return {};
    return wrong_date_of(&blocks->what, blocks->at, limits);
}

bool can_be_true(const block_window& over, const network_limits& limits) noexcept
{
    return is_within(
        over.block_seconds(), static_cast<double>(limits.block_min.count()),
        static_cast<double>(limits.block_max.count()));
}

void add_speed(figure_list& to, const network_parts& parts, const network_limits& limits)
{
    const auto* c = parts.blocks ? &parts.blocks->what : nullptr;
    const auto wrong_date = wrong_date_of(c, to.at, limits);
    const auto wrong_end = wrong_end_of(parts.blocks, limits);
    const auto over = c ? c->day : std::nullopt;
    auto& spacing = to.compute(
        "block_seconds", over ? std::optional{over->block_seconds()} : std::nullopt, over);
    check(spacing, wrong_end.empty(), wrong_end);
    check(spacing, over && can_be_true(*over, limits), "blocks are never that far apart");
    auto& since = to.compute(
        "seconds_since_block",
        c && c->mined_at ? std::optional{std::max(seconds_of(wall_time{to.at - *c->mined_at}), 0.0)}
                         : std::nullopt);
    check(since, wrong_date.empty(), wrong_date);
    auto& rate =
        to.compute("hash_rate", over ? std::optional{over->hash_rate()} : std::nullopt, over);
    check(rate, wrong_end.empty(), wrong_end);
    if (rate.value) {
        const auto usual =
            c->difficulty * hashes_per_difficulty / static_cast<double>(target_block_seconds);
        check(
            rate,
            is_within(
                *rate.value, usual / limits.hash_rate_off_max, usual * limits.hash_rate_off_max),
            "is far from what the difficulty stands for");
    }
}

void add_difficulty(
    figure_list& to, const chain* c, const network_parts& parts, const network_limits& limits)
{
    to.add("difficulty", c ? std::optional{c->difficulty} : std::nullopt);
    auto next = list_of(to.all, parts.next);
    next.is_late = to.is_late;
    const auto* said = parts.next ? &parts.next->what : nullptr;
    auto& change = next.add(
        "difficulty_change_percent", said ? std::optional{said->change_percent} : std::nullopt);
    check(
        change, said && is_within(said->change_percent, limits.change_min, limits.change_max),
        "the network changes it by a factor of four at most");
    check(
        change, said && c && said->retarget_height == next_retarget(c->height),
        "is of another period than the newest block");
    to.compute(
        "retarget_height",
        c ? std::optional{static_cast<double>(next_retarget(c->height))} : std::nullopt);
}

void add_fees(std::vector<network_figure>& all, const network_parts& parts, double most)
{
    auto to = list_of(all, parts.fees);
    const auto said = parts.fees ? parts.fees->what : fee_rates{};
    const auto add = [&](std::string_view name, const std::optional<double>& value) {
        auto& one = to.add(name, value);
        one.is_fee = true;
        check(one, value && *value > 0 && *value < most, "nobody pays that");
    };
    add("fastest", said.fastest);
    add("half_hour", said.half_hour);
    add("hour", said.hour);
    add("economy", said.economy);
    add("minimum", said.minimum);
}

void add_backlog(std::vector<network_figure>& all, const network_parts& parts)
{
    auto to = list_of(all, parts.waiting);
    const auto said = parts.waiting ? parts.waiting->what : backlog{};
    auto& count = to.add("mempool_transactions", said.transactions);
    check(
        count,
        said.transactions && *said.transactions >= 0 &&
            std::floor(*said.transactions) == *said.transactions,
        "is no count");
    auto& size = to.add("mempool_vsize", said.vsize);
    check(size, said.vsize && *said.vsize >= 0, "is negative");
}

void add_halving(figure_list& to, const network_parts& parts, const network_limits& limits)
{
    const auto* c = parts.blocks ? &parts.blocks->what : nullptr;
    const auto wrong_date = wrong_date_of(c, to.at, limits);
    const auto height = c ? next_halving(c->height) : std::nullopt;
    to.compute(
        "halving_height", height ? std::optional{static_cast<double>(*height)} : std::nullopt);
    // From the newest block on; where its time is not said, from when its height came.
    const auto at = [&](double spacing) {
        const auto blocks = static_cast<double>(*height - c->height);
        return seconds_of(c->mined_at.value_or(to.at)) + blocks * spacing;
    };
    auto& by_target = to.compute(
        "halving_at_by_target",
        height ? std::optional{at(static_cast<double>(target_block_seconds))} : std::nullopt);
    by_target.is_time = true;
    check(by_target, wrong_date.empty(), wrong_date);
    const auto over = c && c->fortnight ? c->fortnight : c ? c->day : std::nullopt;
    auto& by_average = to.compute(
        "halving_at_by_average",
        height && over ? std::optional{at(over->block_seconds())} : std::nullopt, over);
    by_average.is_time = true;
    check(by_average, wrong_date.empty(), wrong_date);
    check(by_average, over && can_be_true(*over, limits), "blocks are never that far apart");
    to.compute(
        "inflation_percent", c ? std::optional{inflation_percent_at(c->height)} : std::nullopt);
}

}  // namespace

double block_window::hash_rate() const noexcept
{
    return difficulties * hashes_per_difficulty / static_cast<double>(span.count());
}

std::optional<block_window> window_between(const block& from, const block& to) noexcept
{
    const auto blocks = to.height - from.height;
    const auto span = std::chrono::floor<std::chrono::seconds>(to.mined_at - from.mined_at);
    if (blocks <= 0 || blocks > blocks_per_period || span.count() <= 0)
        return std::nullopt;
    // Those since the last change have the difficulty of the newest, the others that of the first.
    const auto changed = to.height - to.height % blocks_per_period;
    const auto newer = std::min(blocks, to.height - changed + 1);
    return block_window{
        .blocks = blocks,
        .span = span,
        .difficulties = static_cast<double>(newer) * to.difficulty +
                        static_cast<double>(blocks - newer) * from.difficulty};
}

std::vector<network_figure> figures_of(const network_parts& parts, const network_limits& limits)
{
    std::vector<network_figure> all;
    all.reserve(figures_there_are);  // so that what add() gives stays where it is
    auto to = list_of(all, parts.blocks);
    const auto* c = parts.blocks ? &parts.blocks->what : nullptr;
    to.is_late = c && c->mined_at && to.at - *c->mined_at > limits.late;
    to.add("height", c ? std::optional{static_cast<double>(c->height)} : std::nullopt);
    auto& mined = to.add(
        "block_at", c && c->mined_at ? std::optional{seconds_of(*c->mined_at)} : std::nullopt);
    mined.is_time = true;
    const auto wrong_date = wrong_date_of(c, to.at, limits);
    check(mined, wrong_date.empty(), wrong_date);
    add_speed(to, parts, limits);
    add_difficulty(to, c, parts, limits);
    add_backlog(all, parts);
    add_fees(all, parts, limits.fee_max);
    add_halving(to, parts, limits);
    return all;
}

}  // namespace tickertape::market
