#include "market/chain_trust.hpp"

#include "market/emission.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace tickertape::market {
namespace {

constexpr wall_time first_block_at{std::chrono::seconds{1'231'006'505}};

// Recorded on 2026-10-05: tests/fixtures/market.
constexpr chain recorded_chain{.height = 969'989, .difficulty = 132'716'002'350'731.0};

bool is_about(double one, double other, double factor) noexcept
{
    const auto ratio = one / other;
    return ratio >= 1 / factor && ratio <= factor;
}

// How many blocks there would be, one in ten minutes.
double blocks_in(std::chrono::milliseconds passed) noexcept
{
    return std::chrono::duration<double>{passed}.count() /
           static_cast<double>(target_block_seconds);
}

double difficulty_off_max(std::int64_t height, const chain_limits& limits) noexcept
{
    const auto years = static_cast<double>(std::abs(height - recorded_chain.height)) /
                       static_cast<double>(blocks_per_year);
    return limits.difficulty_off_max * std::exp2(years);
}

// Two sources that say the same at about the same time.
bool agree(
    const chain& one, const chain& other, std::chrono::milliseconds passed,
    const chain_limits& limits)
{
    const bool is_same_period = one.height / blocks_per_period == other.height / blocks_per_period;
    return contradiction_of(one, other, passed, limits).empty() &&
           (!is_same_period ||
            is_about(one.difficulty, other.difficulty, limits.difficulty_round_max));
}

}  // namespace

std::string refusal_of(const chain& said, wall_time now, const chain_limits& limits)
{
    const auto height = static_cast<double>(said.height);
    const auto expected = blocks_in(now - first_block_at);
    if (!(height >= expected * limits.height_least && height <= expected * limits.height_most))
        return "there is no block " + std::to_string(said.height) + " at this time";
    if (!is_about(
            said.difficulty, recorded_chain.difficulty, difficulty_off_max(said.height, limits)))
        return "block " + std::to_string(said.height) + " has no such difficulty";
    return {};
}

std::string contradiction_of(
    const chain& said, const chain& before, std::chrono::milliseconds passed,
    const chain_limits& limits)
{
    const auto number = std::to_string(said.height);
    if (said.height + limits.behind_max < before.height)
        return "block " + number + " was long passed";
    const auto new_blocks = static_cast<double>(said.height - before.height);
    const auto most = static_cast<double>(limits.ahead_max) +
                      limits.pace_max * blocks_in(std::max(passed, std::chrono::milliseconds{0}));
    if (new_blocks > most)
        return "block " + number + " cannot be there so soon after " +
               std::to_string(before.height);
    const auto changes =
        std::abs(said.height / blocks_per_period - before.height / blocks_per_period);
    const auto step = std::pow(
        limits.difficulty_step_max, static_cast<double>(std::max<std::int64_t>(changes, 1)));
    if (!is_about(said.difficulty, before.difficulty, step))
        return "the difficulty has moved further than it can";
    return {};
}

chain_trust::verdict chain_trust::judge(const said<chain>& now_said, const said<chain>* known)
{
    if (auto why = refusal_of(now_said.what, now_said.at, limits_); !why.empty())
        return {.why = std::move(why)};
    // What cannot be itself is no measure.
    const bool has_measure =
        known != nullptr && refusal_of(known->what, now_said.at, limits_).empty();
    std::string why;
    if (has_measure)
        why = contradiction_of(
            now_said.what, known->what, now_said.received - known->received, limits_);
    if (why.empty()) {
        doubted_.clear();
        return {.outvotes_known = known != nullptr && !has_measure};
    }
    const auto& own = note(now_said);
    const auto& mined_at = now_said.what.mined_at;
    const bool has_stopped = mined_at && now_said.at - *mined_at > limits_.late;
    if (!is_confirmed(now_said) && (own.times < limits_.times_enough || has_stopped))
        return {.why = std::move(why)};
    doubted_.clear();
    return {.outvotes_known = true};
}

const chain_trust::doubted& chain_trust::note(const said<chain>& now_said)
{
    const auto own = std::ranges::find_if(
        doubted_, [&](const doubted& one) { return one.last.source == now_said.source; });
    if (own == doubted_.end())
        return doubted_.emplace_back(doubted{.last = now_said});
    const bool is_in_line =
        contradiction_of(
            now_said.what, own->last.what, now_said.received - own->last.received, limits_)
            .empty();
    own->times = is_in_line ? own->times + 1 : 1;
    own->last = now_said;
    return *own;
}

bool chain_trust::is_confirmed(const said<chain>& now_said) const
{
    return std::ranges::any_of(doubted_, [&](const doubted& one) {
        const auto passed = now_said.received - one.last.received;
        return one.last.source != now_said.source && passed <= limits_.doubt_age_max &&
               agree(now_said.what, one.last.what, passed, limits_);
    });
}

}  // namespace tickertape::market
