#include "feed/price_engine.hpp"

#include "feed/errors.hpp"
#include "feed/failures.hpp"
#include "pricing/quote_checks.hpp"
#include "telemetry/log.hpp"

#include <algorithm>
#include <utility>

namespace tickertape::feed {

using boost::system::error_code;

price_engine::price_engine(
    const feed_context& context, engine_settings settings,
    const std::vector<std::string>& providers)
    : with_{context}, settings_{std::move(settings)},
      board_{context.symbols.size(), providers.size(), settings_.quotes},
      providers_{providers}, refusals_{context.symbols.size(), providers.size()},
      names_{context.sources, context.symbols, providers}, figures_{context, providers},
      symbols_(context.symbols.size()), pace_{context.symbols.size(), settings_.ticks_per_second}
{
    for (std::size_t i = 0; i < settings_.cross_rates.size(); ++i) {
        const auto& d = settings_.cross_rates[i];
        symbols_[index_of(d.target)].cross_rate = i;
        symbols_[index_of(d.left)].derived.push_back(i);
        symbols_[index_of(d.right)].derived.push_back(i);
    }
}

error_code price_engine::take(
    std::size_t provider, const quote& q, usd_standin as, pricing::quote_way by, moment now)
{
    const auto taken = board_.take(provider, q, as, by, now);
    if (!taken.refused) {
        refusals_.accepted(provider, q.symbol);
        if (!taken.is_news)
            figures_.repeated(provider);
        return {};
    }
    const auto& why = taken.refused;
    figures_.set_aside(provider, why);
    if (refusals_.refused(provider, q.symbol, why, now.steady))
        with_.log.warn(
            "prices refused",
            {{"provider", providers_[provider]},
             {"reason", reason_of(why)},
             {"symbol", with_.symbols.name(q.symbol)},
             {"cause", words_of(pricing::refusal_of(q, taken.refused, now.wall))}});
    return taken.refused;
}

void price_engine::refuse(
    std::size_t provider, symbol_id symbol, pricing::quote_way by, const error_code& why)
{
    board_.withdraw(provider, symbol, by);
    figures_.set_aside(provider, why);
}

price_engine::verdict price_engine::judge_directly(symbol_id symbol, moment now) const
{
    verdict v;
    v.direct = pricing::decide(board_.candidates(symbol, now), settings_.policy);
    v.value = v.direct.value;
    v.why = v.direct.why;
    for (const auto provider : v.direct.used)
        v.observed = std::max(v.observed, board_.find(provider, symbol)->observed);
    return v;
}

price_engine::verdict price_engine::judge(symbol_id symbol, moment now) const
{
    auto v = judge_directly(symbol, now);
    const auto& derived_by = symbols_[index_of(symbol)].cross_rate;
    if (v.value || !derived_by)
        return v;
    const auto& d = settings_.cross_rates[*derived_by];
    const auto left = judge_directly(d.left, now);
    const auto right = judge_directly(d.right, now);
    if (!left.value || !right.value)
        return v;
    if (const auto product = pricing::derived_price(*left.value, *right.value, d.divides)) {
        v.value = *product;
        v.observed = std::max(left.observed, right.observed);
        v.is_derived = true;
        v.left = standin_in(d.left, left);
        v.right = standin_in(d.right, right);
    }
    return v;
}

// Returns the stand-in of the first quote used that has one.
usd_standin price_engine::standin_in(symbol_id symbol, const verdict& v) const
{
    for (const auto provider : v.direct.used)
        if (const auto as = board_.find(provider, symbol)->as; as != usd_standin::none)
            return as;
    return usd_standin::none;
}

std::optional<std::size_t> price_engine::preferred(symbol_id symbol, moment now) const
{
    const auto v = judge_directly(symbol, now);
    if (!v.value)
        return std::nullopt;
    return v.direct.used.front();
}

bool price_engine::is_sent_by_socket(std::size_t provider, symbol_id symbol, moment now) const
{
    const auto* held = board_.find(provider, symbol);
    return held != nullptr && held->by == pricing::quote_way::socket &&
           held->age(now) <= settings_.quotes.age_max;
}

void price_engine::publish(symbol_id symbol, moment now)
{
    if (const auto what = news_of(symbol, now))
        publish(*what, now);
}

void price_engine::offer(symbol_id symbol, moment now)
{
    offer_one(symbol, now);
    for (const auto i : symbols_[index_of(symbol)].derived)
        offer_one(settings_.cross_rates[i].target, now);
}

void price_engine::offer_one(symbol_id symbol, moment now)
{
    // Asked before the pace: a price that is not news must not use up the symbol's turn.
    const auto what = news_of(symbol, now);
    if (!what)
        return;
    if (pace_.admit(symbol, now.steady))
        publish(*what, now);
    else
        figures_.held_back();
}

void price_engine::publish_due(moment now)
{
    due_.clear();
    pace_.due(now.steady, due_);
    for (const auto symbol : due_)
        publish(symbol, now);
}

std::optional<price_engine::news> price_engine::news_of(symbol_id symbol, moment now)
{
    const auto v = judge(symbol, now);
    for (const auto& aside : v.direct.aside)
        if (!std::exchange(board_.find(aside.provider, symbol)->aside_said, true))
            figures_.set_aside(aside.provider, aside.why);
    if (!v.value)
        return std::nullopt;
    const auto source = source_of(symbol, v);
    if (!source)
        return std::nullopt;
    const auto& s = symbols_[index_of(symbol)];
    const bool differs =
        !s.published || s.published->value != *v.value || s.published->source != *source;
    const bool confirms =
        v.observed > s.published_observed && now.steady - s.published_at >= settings_.confirm_every;
    if (!differs && !confirms)
        return std::nullopt;
    return news{{symbol, *v.value, *source}, v.observed};
}

std::optional<source_id> price_engine::source_of(symbol_id symbol, const verdict& v)
{
    if (v.is_derived)
        return names_.of_derived(
            settings_.cross_rates[*symbols_[index_of(symbol)].cross_rate], v.left, v.right);
    pricing::source_names::parts parts;
    for (const auto provider : v.direct.used)
        parts.push_back({provider, board_.find(provider, symbol)->as});
    return names_.of_parts(symbol, parts, v.direct.by);
}

void price_engine::publish(const news& what, moment now)
{
    auto& s = symbols_[index_of(what.seen.symbol)];
    s.published = what.seen;
    s.published_observed = what.observed;
    s.published_at = now.steady;
    with_.sink.publish(what.seen);
}

void price_engine::log_changes(moment now)
{
    failures lost;
    failures found;
    for (const auto id : with_.symbols.all()) {
        auto& s = symbols_[index_of(id)];
        const auto v = judge(id, now);
        const bool has_price = v.value.has_value();
        if (has_price == s.has_price && (has_price || v.why == s.problem))
            continue;
        if (s.said_at && now.steady - *s.said_at < said_again)
            continue;
        s.said_at = now.steady;
        s.has_price = has_price;
        s.problem = v.why;
        if (has_price)
            found.add(with_.symbols.name(id), {});
        else
            lost.add(with_.symbols.name(id), {v.why});
    }
    for (const auto& g : lost.grouped())
        with_.log.warn("no price", {{"symbol", g.symbols}, {"cause", g.error.code.message()}});
    for (const auto& g : found.grouped())
        with_.log.info("priced", {{"symbol", g.symbols}});
}

void price_engine::report(feed_report& into, moment now)
{
    figures_.report(into);
    for (const auto id : with_.symbols.all())
        report_symbol(id, into.symbols.emplace_back(), now);
}

void price_engine::report_symbol(symbol_id symbol, feed_report::symbol& into, moment now)
{
    const auto v = judge(symbol, now);
    figures_.quotes_used(symbol, v.direct.used.size());
    into.id = symbol;
    if (!v.value)
        into.problem = pricing::make_error_code(v.why).message();
    if (v.is_derived) {
        const auto& d = settings_.cross_rates[*symbols_[index_of(symbol)].cross_rate];
        into.legs = {with_.symbols.name(d.left), with_.symbols.name(d.right)};
    }
    for (std::size_t i = 0; i < board_.providers(); ++i) {
        const auto* held = board_.find(i, symbol);
        if (held == nullptr)
            continue;
        feed_report::quote q{
            .provider = i,
            .market = {},
            .value = held->last.value,
            .age = held->age(now),
            .received_ago = elapsed(held->received, now),
            .by_socket = held->by == pricing::quote_way::socket,
            .is_used = std::ranges::find(v.direct.used, i) != v.direct.used.end()};
        if (held->as != usd_standin::none)
            q.market.append(with_.symbols.base(symbol)).append("-").append(to_string(held->as));
        const auto aside = std::ranges::find(v.direct.aside, i, &pricing::set_aside::provider);
        if (aside != v.direct.aside.end())
            q.aside = reason_of(aside->why);
        into.quotes.push_back(std::move(q));
    }
}

}  // namespace tickertape::feed
