#include "relay/upstream_course.hpp"

#include <algorithm>
#include <array>

namespace tickertape::relay {
namespace {

constexpr std::array<std::string_view, 3> made_up{"simulator", "replay", "pipe"};

bool is_made_up(std::string_view word) noexcept
{
    return std::ranges::find(made_up, word) != made_up.end();
}

}  // namespace

bool is_feed_kind(std::string_view word) noexcept
{
    return word == "live" || is_made_up(word);
}

bool is_of_kind(std::string_view kind, std::string_view source) noexcept
{
    return kind == "live" ? !is_made_up(source) : source == kind;
}

upstream_course::upstream_course(
    tick_taker& to, const symbol_table& symbols, position top, std::string_view kind)
    : taker_{to}, symbols_{symbols}, kind_{kind}, top_{top}
{
}

upstream_course::step upstream_course::take(const upstream_event& e)
{
    if (!std::holds_alternative<upstream_gap>(e))
        pass_on_pending();
    return std::visit([this](const auto& one) { return on(one); }, e);
}

void upstream_course::pass_on_pending()
{
    if (!pending_)
        return;
    const auto told = *pending_;
    pending_.reset();
    missing_until_ = told.to;
    miss(told.from, told.to, told.why);
}

void upstream_course::miss(position from, position to, gap_cause why)
{
    figures_.gaps.add();
    taker_.miss(from, to, why);
    top_ = to;
}

upstream_course::step upstream_course::on(const upstream_tick& t)
{
    if (t.at <= top_) {
        (t.at <= missing_until_ ? figures_.dropped : figures_.repeated).add();
        return {};
    }
    if (!kind_.empty() && !is_of_kind(kind_, t.source))
        return {.what = step::kind::wrong_kind};
    top_ = t.at;
    const auto symbol = symbols_.find(t.symbol);
    if (!symbol) {
        figures_.others.add();
        return {};
    }
    figures_.ticks.add();
    taker_.take({t.at, *symbol, t.value, t.source, t.combined});
    return {};
}

bool upstream_course::concerns_us(const upstream_gap& g) const
{
    return g.is_of_all || std::ranges::any_of(g.symbols, [this](const std::string& name) {
               return symbols_.find(name).has_value();
           });
}

upstream_course::step upstream_course::on(const upstream_gap& g)
{
    if (g.is_lapped) {
        figures_.lapped.add();
        return {.what = step::kind::resume};
    }
    if (!concerns_us(g))
        return {};
    if (!g.is_of_all) {
        if (g.to <= top_)
            return {};
        if (!pending_)
            pending_ = hole{g.from, g.to, g.why};
        pending_->from = std::min(pending_->from, g.from);
        pending_->to = std::max(pending_->to, g.to);
        return {};
    }
    pass_on_pending();
    if (g.to > top_) {
        miss(g.from, g.to, g.why);
    } else if (g.why == gap_cause::restarted && g.to < top_) {
        // The other's clock was set back by more than it waits for, or it has forgotten us: its
        // positions count from `to` on, also those that were given before.
        figures_.anew.add();
        missing_until_ = {};
        told_.clear();
        miss(g.from, g.to, g.why);
    } else if (g.why != gap_cause::restarted) {
        miss_before(g);
    }
    return {};
}

// The instances had two histories: what the other never had lies before what it and we have shown.
void upstream_course::miss_before(const upstream_gap& g)
{
    const bool is_told =
        std::ranges::any_of(told_, [&](const hole& t) { return t.from <= g.from && g.to <= t.to; });
    if (is_told)
        return;
    told_.push_back({g.from, g.to, g.why});
    if (told_.size() > told_max)
        told_.pop_front();
    figures_.gaps.add();
    taker_.miss(g.from, g.to, g.why);
}

upstream_course::step upstream_course::on(const upstream_heartbeat&)
{
    return {};
}

upstream_course::step upstream_course::on(const upstream_goodbye& g)
{
    return {.what = step::kind::leave, .wait = g.retry, .is_busy = g.is_busy};
}

upstream_course::step upstream_course::on(const upstream_damage& d)
{
    if (d.at <= top_)
        return {};
    figures_.damaged.add();
    miss(top_, d.at, gap_cause::damaged);
    return {};
}

upstream_course::step upstream_course::on(const upstream_other&)
{
    return {};
}

}  // namespace tickertape::relay
