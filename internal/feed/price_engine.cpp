#include "feed/price_engine.hpp"

#include "feed/failures.hpp"
#include "telemetry/log.hpp"
#include "telemetry/metrics.hpp"

#include <algorithm>
#include <utility>

namespace tickertape {

using boost::system::error_code;

namespace {

// In the table from the start, so that there is room for them when there is room for nothing else.
constexpr std::string_view median_name = "median";
constexpr std::string_view derived_name = "derived";

}  // namespace

price_engine::price_engine(
    const feed_context& context, engine_settings settings, std::vector<std::string> providers)
    : with_{context}, settings_{std::move(settings)}, providers_{std::move(providers)},
      symbols_(context.symbols.size()), pace_{context.symbols.size(), settings_.ticks_per_second},
      held_back_{context.counters.counter(
          "tickertape_prices_held_back_total",
          "Prices that came too fast for TICKS_PER_SECOND: published later, or replaced by a newer "
          "one.")},
      aside_(providers_.size())
{
    for (auto& s : symbols_)
        s.quotes.resize(providers_.size());
    for (std::size_t i = 0; i < settings_.derivations.size(); ++i) {
        const auto& d = settings_.derivations[i];
        symbols_[index_of(d.target)].derivation = i;
        symbols_[index_of(d.left)].derived.push_back(i);
        symbols_[index_of(d.right)].derived.push_back(i);
    }
    for (const auto name : {median_name, derived_name})
        (void)with_.sources.intern(name);
    // Zero from the first scrape on.
    for (const auto& name : providers_)
        repeated(name).Increment(0);
}

error_code
price_engine::take(std::size_t provider, const quote& q, usd_standin as, way by, moment now)
{
    auto& held = symbols_[index_of(q.symbol)].quotes[provider];
    auto refused = check_age(q, now.wall, settings_.quotes);
    if (!refused)
        refused = check_book(q, settings_.quotes);
    if (refused) {
        held.reset();
        count_aside(provider, static_cast<feed_errc>(refused.value()));
        return refused;
    }
    // A stream is ahead of what is polled beside it.
    if (by == way::poll && held && held->by == way::stream && q.upstream_time &&
        held->last.upstream_time >= q.upstream_time)
        return {};
    const bool is_repeated = held && q.upstream_time && held->as == as &&
                             held->last.value == q.value &&
                             held->last.upstream_time == q.upstream_time;
    if (is_repeated) {
        held->received = now.wall;
        held->by = by;
        repeated(providers_[provider]).Increment();
        return {};
    }
    held = held_quote{q, as, by, now.wall, ++observations_};
    return {};
}

void price_engine::withdraw_polled(std::size_t provider, symbol_id symbol) noexcept
{
    auto& held = symbols_[index_of(symbol)].quotes[provider];
    if (held && held->by == way::poll)
        held.reset();
}

void price_engine::withdraw_streamed(std::size_t provider) noexcept
{
    for (auto& s : symbols_)
        if (auto& held = s.quotes[provider]; held && held->by == way::stream)
            held.reset();
}

void price_engine::refuse_streamed(std::size_t provider, symbol_id symbol, const fetch_error& why)
{
    if (auto& held = symbols_[index_of(symbol)].quotes[provider]; held && held->by == way::stream)
        held.reset();
    count_aside(provider, static_cast<feed_errc>(why.code.value()));
}

auto price_engine::candidates(const state& s, wall_time now) const
    -> boost::container::static_vector<candidate, providers_max>
{
    boost::container::static_vector<candidate, providers_max> found;
    for (std::size_t i = 0; i < s.quotes.size(); ++i)
        if (const auto& held = s.quotes[i]) {
            const auto made = held->last.upstream_time.value_or(held->received);
            found.push_back(
                {i, held->last.value, std::max(now - made, std::chrono::milliseconds{0})});
        }
    return found;
}

price_engine::verdict price_engine::judge_directly(symbol_id symbol, wall_time now) const
{
    const auto& s = symbols_[index_of(symbol)];
    verdict v;
    v.direct = decide(candidates(s, now), settings_.policy);
    v.value = v.direct.value;
    v.why = v.direct.why;
    for (const auto provider : v.direct.used)
        v.observed = std::max(v.observed, s.quotes[provider]->observed);
    return v;
}

price_engine::verdict price_engine::judge(symbol_id symbol, wall_time now) const
{
    auto v = judge_directly(symbol, now);
    const auto& derived_by = symbols_[index_of(symbol)].derivation;
    if (v.value || !derived_by)
        return v;
    const auto& d = settings_.derivations[*derived_by];
    const auto left = judge_directly(d.left, now);
    const auto right = judge_directly(d.right, now);
    if (!left.value || !right.value)
        return v;
    if (const auto product = derived_price(*left.value, *right.value, d.divides)) {
        v.value = *product;
        v.observed = std::max(left.observed, right.observed);
        v.is_derived = true;
    }
    return v;
}

std::optional<std::size_t> price_engine::preferred(symbol_id symbol, wall_time now) const
{
    const auto v = judge_directly(symbol, now);
    if (!v.value)
        return std::nullopt;
    return v.direct.used.front();
}

bool price_engine::is_streamed(std::size_t provider, symbol_id symbol, wall_time now) const
{
    const auto& held = symbols_[index_of(symbol)].quotes[provider];
    return held && held->by == way::stream && !check_age(held->last, now, settings_.quotes);
}

template <class F>
void price_engine::for_each_concerned(symbol_id symbol, F f) const
{
    f(symbol);
    for (const auto i : symbols_[index_of(symbol)].derived)
        f(settings_.derivations[i].target);
}

void price_engine::publish(symbol_id symbol, moment now)
{
    for_each_concerned(symbol, [&](symbol_id each) { publish_one(each, now); });
}

void price_engine::offer(symbol_id symbol, moment now)
{
    for_each_concerned(symbol, [&](symbol_id each) {
        // What is no news must not use up the symbol's pace.
        const auto what = news_of(each, now);
        if (!what)
            return;
        if (pace_.admit(each, now.steady))
            publish(*what, now);
        else
            held_back_.Increment();
    });
}

void price_engine::publish_due(moment now)
{
    due_.clear();
    pace_.due(now.steady, due_);
    for (const auto symbol : due_)
        publish_one(symbol, now);
}

void price_engine::publish_one(symbol_id symbol, moment now)
{
    if (const auto what = news_of(symbol, now))
        publish(*what, now);
}

std::optional<price_engine::news> price_engine::news_of(symbol_id symbol, moment now)
{
    auto& s = symbols_[index_of(symbol)];
    const auto v = judge(symbol, now.wall);
    count_aside(s, v.direct);
    if (!v.value)
        return std::nullopt;
    const auto source = source_of(symbol, v);
    if (!source)
        return std::nullopt;
    const bool differs =
        !s.published || s.published->value != *v.value || s.published->source != *source;
    const bool confirms =
        v.observed > s.published_observed && now.steady - s.published_at >= settings_.confirm_every;
    if (!differs && !confirms)
        return std::nullopt;
    return news{{symbol, *v.value, *source}, v.observed};
}

void price_engine::publish(const news& what, moment now)
{
    auto& s = symbols_[index_of(what.seen.symbol)];
    s.published = what.seen;
    s.published_observed = what.observed;
    s.published_at = now.steady;
    with_.sink.publish(what.seen);
}

std::string price_engine::source_name(symbol_id symbol, std::size_t provider) const
{
    return tickertape::source_name(
        providers_[provider], with_.symbols.base(symbol),
        symbols_[index_of(symbol)].quotes[provider]->as);
}

std::string price_engine::source_name(symbol_id symbol, const verdict& v) const
{
    if (v.is_derived)
        return tickertape::source_name(
            settings_.derivations[*symbols_[index_of(symbol)].derivation], with_.symbols);
    if (settings_.policy.kind == policy_kind::fallback)
        return source_name(symbol, v.direct.used.front());
    std::string name;
    for (const auto provider : v.direct.used)
        name += (name.empty() ? "median(" : ",") + source_name(symbol, provider);
    return name + ')';
}

std::optional<source_id> price_engine::source_of(symbol_id symbol, const verdict& v)
{
    auto& s = symbols_[index_of(symbol)];
    std::uint64_t standins = 1;
    for (const auto provider : v.direct.used)
        standins = standins * 4 + static_cast<std::uint64_t>(s.quotes[provider]->as);
    if (!v.is_derived && s.named == v.direct.used && s.named_standins == standins)
        return s.source;
    const bool is_combined = !v.is_derived && settings_.policy.kind == policy_kind::median;
    const auto combined = is_combined ? static_cast<unsigned>(v.direct.used.size()) : 0;
    auto id = with_.sources.intern(source_name(symbol, v), combined);
    // The names of all the combinations there have been fill the table: the price is good, and what
    // kind it is can still be said.
    if (!id)
        id = with_.sources.intern(v.is_derived ? derived_name : median_name);
    if (!id)
        return std::nullopt;
    s.named = v.is_derived ? decltype(s.named){} : v.direct.used;
    s.named_standins = standins;
    s.source = *id;
    return *id;
}

void price_engine::count_aside(state& s, const decision& d)
{
    for (const auto& aside : d.aside)
        if (auto& held = s.quotes[aside.provider]; !std::exchange(held->aside_said, true))
            count_aside(aside.provider, aside.why);
}

void price_engine::count_aside(std::size_t provider, feed_errc why)
{
    auto& counter = aside_[provider][why];
    if (counter == nullptr)
        counter = &with_.counters.counter(
            "tickertape_quotes_set_aside_total", "Quotes not used, by provider and reason.",
            {{"provider", providers_[provider]}, {"reason", std::string{reason_of(why)}}});
    counter->Increment();
}

prometheus::Counter& price_engine::repeated(const std::string& provider)
{
    return with_.counters.counter(
        "tickertape_quotes_repeated_total",
        "Quotes a provider gave again, price and time alike: no news.", {{"provider", provider}});
}

void price_engine::log_changes(wall_time now)
{
    failures lost;
    failures found;
    for (const auto id : with_.symbols.all()) {
        auto& s = symbols_[index_of(id)];
        const auto v = judge(id, now);
        if (v.value.has_value() == s.has_price && (s.has_price || v.why == s.problem))
            continue;
        s.has_price = v.value.has_value();
        s.problem = v.why;
        if (s.has_price)
            found.add(with_.symbols.name(id), {});
        else
            lost.add(with_.symbols.name(id), {v.why});
    }
    for (const auto& g : lost.grouped())
        with_.log.warn("no price", {{"symbol", g.symbols}, {"cause", g.error.code.message()}});
    for (const auto& g : found.grouped())
        with_.log.info("priced", {{"symbol", g.symbols}});
}

void price_engine::report(feed_report& into, wall_time now) const
{
    for (std::size_t i = 0; i < providers_.size(); ++i)
        for (const auto& [why, counter] : aside_[i])
            into.providers[i].set_aside.push_back(
                {std::string{reason_of(why)}, static_cast<std::uint64_t>(counter->Value())});
    for (const auto id : with_.symbols.all())
        report_symbol(id, into.symbols.emplace_back(), now);
}

void price_engine::report_symbol(symbol_id symbol, feed_report::symbol& into, wall_time now) const
{
    const auto& s = symbols_[index_of(symbol)];
    const auto v = judge(symbol, now);
    into.id = symbol;
    if (!v.value)
        into.problem = make_error_code(v.why).message();
    for (std::size_t i = 0; i < s.quotes.size(); ++i) {
        const auto& held = s.quotes[i];
        if (!held)
            continue;
        feed_report::quote q{
            .provider = i,
            .market = held->as == usd_standin::none ? std::string{}
                                                    : std::string{with_.symbols.base(symbol)} +
                                                          "-" + std::string{to_string(held->as)},
            .value = held->last.value,
            .received = held->received,
            .upstream_time = held->last.upstream_time,
            .by_stream = held->by == way::stream,
            .is_used = std::ranges::find(v.direct.used, i) != v.direct.used.end()};
        const auto aside = std::ranges::find(v.direct.aside, i, &set_aside::provider);
        if (aside != v.direct.aside.end())
            q.aside = reason_of(aside->why);
        into.quotes.push_back(std::move(q));
    }
}

}  // namespace tickertape
