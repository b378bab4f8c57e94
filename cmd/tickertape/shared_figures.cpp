#include "shared_figures.hpp"

#include "asio/no_throw.hpp"
#include "core/fetch_error.hpp"

#include <boost/asio/dispatch.hpp>

#include <chrono>
#include <utility>

namespace tickertape {

namespace asio = boost::asio;

namespace {

constexpr std::chrono::milliseconds look_each{1'000};
// A new leader that cannot find out for so many looks what the one before had asks all the same.
constexpr int looks_without_answer = 5;

}  // namespace

shared_figures::shared_figures(parts of, std::unique_ptr<relay::redis_texts> texts)
    : of_{std::move(of)}, texts_{std::move(texts)},
      known_(of_.figures.size()), again_{of_.strand}, task_{
                                                          of_.strand, of_.log,
                                                          "shared figures: an internal error"}
{
    for (const auto* each : of_.figures)
        names_.emplace_back(each->name());
    publish_figures();
}

void shared_figures::start()
{
    of_.stand_by(true);
    task_.start([this] { return run(); });
}

void shared_figures::lead(bool leads)
{
    asio::dispatch(of_.strand, [this, leads] {
        if (std::exchange(leads_, leads) == leads)
            return;
        failures_here_ = 0;
        if (!leads && std::exchange(asks_, false))
            of_.stand_by(true);
        again_.cancel();
    });
}

void shared_figures::stop()
{
    task_.stop();
}

asio::awaitable<void> shared_figures::run()
{
    while (!task_.stopping()) {
        co_await pass();
        if (task_.stopping())
            co_return;
        // Cancelled by stop(), and where this instance begins to lead.
        again_.expires_after(look_each);
        const auto [woken] = co_await again_.async_wait(no_throw);
        static_cast<void>(woken);
    }
}

// Looks once what there is, and takes it, or puts what has changed here. Who has just begun to lead
// takes first what the leader before it has put, so that nothing is asked for twice.
asio::awaitable<void> shared_figures::pass()
{
    const auto now = of_.time.boot_now();
    std::vector<std::string> read_here;
    if (!leads_)
        for (std::size_t i = 0; i < names_.size(); ++i)
            if (of_.figures[i]->is_read_here(now))
                read_here.push_back(names_[i]);
    const bool was_leader = leads_;
    const auto all = co_await texts_->look(names_, read_here);
    if (task_.stopping())
        co_return;
    if (!all) {
        failed("look", all.error());
        if (leads_ && ++failures_here_ >= looks_without_answer)
            begin_to_ask();
        co_return;
    }
    if (!std::exchange(trouble_, {}).empty())
        of_.log.info("figures are shared again");
    for (std::size_t i = 0; i < names_.size() && !asks_; ++i) {
        const auto& version = (*all)[i].version;
        if (!version.empty() && version != known_[i].version)
            co_await take(i);
        if (task_.stopping())
            co_return;
    }
    if (!was_leader || !leads_)
        co_return;
    begin_to_ask();
    for (std::size_t i = 0; i < names_.size() && leads_; ++i) {
        if ((*all)[i].is_read)
            of_.figures[i]->note_reader_elsewhere(now);
        if (is_to_put(i, (*all)[i].version))
            co_await put(i);
        if (task_.stopping())
            co_return;
    }
}

void shared_figures::begin_to_ask()
{
    failures_here_ = 0;
    if (!std::exchange(asks_, true))
        of_.stand_by(false);
}

asio::awaitable<void> shared_figures::take(std::size_t i)
{
    const auto found = co_await texts_->fetch(names_[i]);
    if (task_.stopping())
        co_return;
    if (!found) {
        failed("fetch", found.error());
        co_return;
    }
    auto& known = known_[i];
    auto& figures = *of_.figures[i];
    known.version = found->version;
    const auto before = figures.changes();
    if (const auto why = figures.take(found->text)) {
        unreadable_.add();
        if (!std::exchange(known.is_unreadable, true))
            of_.log.warn(
                "figures of the leader cannot be read, and are left out",
                {{"figures", names_[i]}, {"why", words_of(*why)}});
        co_return;
    }
    known.is_unreadable = false;
    taken_.add();
    // Where ours are newer they are put once this instance leads.
    known.here = figures.changes() == before ? 0 : figures.changes();
}

bool shared_figures::is_to_put(std::size_t i, const std::string& version) const
{
    const auto changes = of_.figures[i]->changes();
    // Another version, or none: the relay has forgotten ours.
    return changes != 0 && (changes != known_[i].here || version != known_[i].version);
}

asio::awaitable<void> shared_figures::put(std::size_t i)
{
    const auto changes = of_.figures[i]->changes();
    relay::shared_text said;
    said.version = versions_.next();
    said.text = of_.figures[i]->write();
    const auto version = said.version;
    if (said.text.size() > relay::shared_text_bytes_max) {
        if (too_long_.value() == 0)
            of_.log.warn("figures are too long to be shared", {{"figures", names_[i]}});
        too_long_.add();
        known_[i].here = changes;
        co_return;
    }
    const auto done = co_await texts_->put(of_.token, names_[i], said);
    if (task_.stopping())
        co_return;
    if (!done) {
        failed("put", done.error());
        co_return;
    }
    if (*done != relay::put_outcome::done)
        co_return;
    put_.add();
    known_[i].version = version;
    known_[i].here = changes;
}

// One line for each reason.
void shared_figures::failed(std::string_view what, boost::system::error_code why)
{
    failures_.add();
    auto words = std::string{what} + ": " + why.message();
    if (trouble_ == words)
        return;
    of_.log.warn("figures are not shared", {{"what", what}, {"why", why.message()}});
    trouble_ = std::move(words);
}

void shared_figures::publish_figures()
{
    using kind = telemetry::metrics::kind;
    const auto counted = [this](const char* name, const char* help, const tally& of) {
        of_.counters.sampled(
            kind::counter, name, help, {}, [&of] { return static_cast<double>(of.value()); });
    };
    counted(
        "tickertape_shared_figures_put_total",
        "Texts with figures of the market or news that this instance, as leader, gave the others.",
        put_);
    counted(
        "tickertape_shared_figures_taken_total",
        "Texts with figures of the market or news that this instance had from the leader.", taken_);
    counted(
        "tickertape_shared_figures_failures_total",
        "Calls of the relay for figures of the market or news that failed.", failures_);
    counted(
        "tickertape_shared_figures_unreadable_total",
        "Texts with figures of the market or news from the leader that could not be read.",
        unreadable_);
    counted(
        "tickertape_shared_figures_too_long_total",
        "Texts with figures of the market or news that were too long to be given to others.",
        too_long_);
}

}  // namespace tickertape
