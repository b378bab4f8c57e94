#include "feed_choice.hpp"

#include "feed/live_feed.hpp"
#include "provider/registry.hpp"
#include "synthetic/pipe.hpp"
#include "synthetic/replay.hpp"
#include "synthetic/simulator.hpp"

#include <algorithm>
#include <stdexcept>

namespace tickertape {
namespace {

bool is_networkless(const std::string& name)
{
    return std::ranges::find(synthetic::feed_names, name) != synthetic::feed_names.end();
}

[[noreturn]] void refuse_unknown(const std::string& name)
{
    std::string known;
    for (const auto known_name : synthetic::feed_names)
        known += std::string{known_name} + ", ";
    for (const auto& row : provider::provider_rows())
        known += std::string{row.name} + ", ";
    known.resize(known.size() - 2);
    throw std::runtime_error{"unknown provider '" + name + "': known are " + known};
}

// Before anything else: a failed exchange must never be silently replaced by prices nobody paid.
void check_mix(const std::vector<feed::provider_settings>& providers)
{
    if (providers.empty())
        throw std::runtime_error{"no provider is configured"};
    if (providers.size() > pricing::providers_max)
        throw std::runtime_error{
            "more than " + std::to_string(pricing::providers_max) + " providers are configured"};
    for (std::size_t i = 0; i < providers.size(); ++i) {
        const auto& name = providers[i].name;
        if (!is_networkless(name) && provider::find_provider(name) == nullptr)
            refuse_unknown(name);
        if (is_networkless(name) && providers.size() > 1)
            throw std::runtime_error{
                "provider '" + name +
                "' stands alone: its prices must not stand in for those of an exchange"};
        for (std::size_t j = 0; j < i; ++j)
            if (providers[j].name == name)
                throw std::runtime_error{"provider '" + name + "' is configured twice"};
    }
}

// The report of a feed that asks nobody.
void post_mode(const feed::feed_context& context, const std::string& mode)
{
    auto report = std::make_shared<feed_report>();
    report->mode = mode;
    context.reports.post(std::move(report));
}

}  // namespace

std::unique_ptr<feed::price_feed>
make_feed(const feed_choice& choice, const feed::feed_context& context, provider::gates& gates)
{
    check_mix(choice.live.providers);
    const auto& first = choice.live.providers.front().name;
    if (is_networkless(first))
        post_mode(context, first);
    if (first == "simulator")
        return synthetic::make_simulator(
            context, choice.simulator, choice.last_prices, choice.newest_price);
    if (first == "replay")
        return synthetic::make_replay(context, choice.replay);
    if (first == "pipe")
        return synthetic::make_pipe(context, choice.pipe);
    return feed::make_live_feed(choice.live, context, gates);
}

archive::feed_kind kind_of_feed(const std::vector<std::string>& providers)
{
    const auto kind = archive::parse_kind(providers.front());
    return kind.value_or(archive::feed_kind::live);
}

}  // namespace tickertape
