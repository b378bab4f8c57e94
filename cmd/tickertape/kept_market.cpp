#include "kept_market.hpp"

#include "core/fetch_error.hpp"

#include <chrono>
#include <utility>

namespace tickertape {
namespace {

// What came within so long before the process was killed is not kept.
constexpr std::chrono::milliseconds look_each{500};

}  // namespace

kept_market::kept_market(parts of, std::unique_ptr<archive::text_store> store)
    : of_{std::move(of)}, kept_(of_.figures.size()), again_{of_.main}
{
    publish_figures();
    if (!store)
        return;
    restore(*store);
    keeper_ = std::make_unique<archive::text_keeper>(
        std::move(store), [&log = of_.log](const std::string& why) {
            if (why.empty())
                log.info("figures of the market are kept again");
            else
                log.warn("figures of the market cannot be kept", {{"why", why}});
        });
}

void kept_market::restore(archive::text_store& from)
{
    const auto found = from.read_all();
    if (!found) {
        of_.log.warn("no figures of the market were restored", {{"why", found.error().text}});
        return;
    }
    for (std::size_t i = 0; i < of_.figures.size(); ++i) {
        auto& figures = *of_.figures[i];
        const auto text = found->find(std::string{figures.name()});
        if (text == found->end())
            continue;
        if (const auto why = figures.take(text->second)) {
            unreadable_.add();
            of_.log.warn(
                "kept figures cannot be read, and are left out",
                {{"figures", figures.name()}, {"why", words_of(*why)}});
            continue;
        }
        restored_.add();
        kept_[i] = figures.changes();
    }
}

void kept_market::start()
{
    if (!keeper_)
        return;
    keeper_->start();
    look_again();
}

void kept_market::look_again()
{
    if (is_ending_)
        return;
    keep_changed();
    again_.expires_after(look_each);
    again_.async_wait([this](boost::system::error_code stopped) {
        if (!stopped)
            look_again();
    });
}

void kept_market::keep_changed()
{
    if (!of_.writes())
        return;
    for (std::size_t i = 0; i < of_.figures.size(); ++i) {
        auto& figures = *of_.figures[i];
        const auto changes = figures.changes();
        if (changes == kept_[i])
            continue;
        kept_[i] = changes;
        if (keeper_->keep(figures.name(), figures.write()))
            continue;
        if (too_long_.value() == 0)
            of_.log.warn("figures are too long to be kept", {{"figures", figures.name()}});
        too_long_.add();
    }
}

void kept_market::end_soon()
{
    is_ending_ = true;
    again_.cancel();
}

void kept_market::stop()
{
    if (!keeper_)
        return;
    keep_changed();
    keeper_->stop();
}

void kept_market::publish_figures()
{
    using kind = telemetry::metrics::kind;
    const auto counted = [this](const char* name, const char* help, const tally& of) {
        of_.counters.sampled(
            kind::counter, name, help, {}, [&of] { return static_cast<double>(of.value()); });
    };
    counted(
        "tickertape_kept_figures_restored_total",
        "Texts with figures of the market or news that were restored at the start.", restored_);
    counted(
        "tickertape_kept_figures_unreadable_total",
        "Texts with figures of the market or news that could not be read.", unreadable_);
    counted(
        "tickertape_kept_figures_too_long_total",
        "Texts with figures of the market or news that were too long to be kept.", too_long_);
    of_.counters.sampled(
        kind::counter, "tickertape_kept_figures_written_total",
        "Texts with figures of the market or news that the archive has kept.", {},
        [this] { return keeper_ ? static_cast<double>(keeper_->written().value()) : 0.0; });
    of_.counters.sampled(
        kind::counter, "tickertape_kept_figures_failures_total",
        "Times that the archive could not keep such a text.", {},
        [this] { return keeper_ ? static_cast<double>(keeper_->failures().value()) : 0.0; });
}

}  // namespace tickertape
