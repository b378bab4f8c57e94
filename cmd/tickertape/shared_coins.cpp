#include "shared_coins.hpp"

#include "asio/no_throw.hpp"
#include "feed/coin_reading.hpp"

#include <chrono>
#include <utility>

namespace tickertape {

namespace asio = boost::asio;

namespace {

using namespace std::chrono_literals;

// How often the leader looks what is wanted, and an instance that follows whether it is there.
constexpr auto look_each = 500ms;
constexpr auto look_for_answer_each = 300ms;
// Less than who asks waits (coin_limits::wait_max).
constexpr auto find_for = 5'000ms;
// The leader may have changed meanwhile, or have forgotten.
constexpr auto want_again_after = 2'000ms;
// Longer than any answer counts as fresh.
constexpr auto answer_kept_for = 24h;

}  // namespace

class shared_coins::turn {
public:
    explicit turn(shared_coins& of) noexcept : of_{of} { of_.is_calling_ = true; }
    ~turn()
    {
        of_.is_calling_ = false;
        of_.turns_.cancel();
    }
    turn(const turn&) = delete;
    turn& operator=(const turn&) = delete;

private:
    shared_coins& of_;
};

// Who waits for the turn of another does so for as long as that has a deadline.
template <class Call>
auto shared_coins::calling(Call call) -> decltype(call())
{
    while (is_calling_) {
        const auto [woken] = co_await turns_.async_wait(no_throw);
        static_cast<void>(woken);
        if (task_.stopping())
            co_return boost::system::error_code{asio::error::operation_aborted};
    }
    const turn mine{*this};
    auto done = co_await call();
    co_return done;
}

shared_coins::shared_coins(parts of, std::unique_ptr<relay::redis_texts> texts)
    : of_{std::move(of)}, texts_{std::move(texts)}, again_{of_.strand},
      turns_{of_.strand, steady_time::max()}, task_{
                                                  of_.strand, of_.log,
                                                  "shared coins: an internal error"}
{
    of_.coins.follow([this](std::string name, feed::coin_feed::is_fresh_function is_fresh) {
        return find(std::move(name), std::move(is_fresh));
    });
    publish_figures();
}

void shared_coins::start()
{
    task_.start([this] { return run(); });
}

void shared_coins::stop()
{
    task_.stop();
}

asio::awaitable<void> shared_coins::pause(std::chrono::milliseconds length)
{
    asio::steady_timer timer{of_.strand, length};
    const auto [cancelled] = co_await timer.async_wait(no_throw);
    static_cast<void>(cancelled);
}

asio::awaitable<void> shared_coins::run()
{
    while (!task_.stopping()) {
        if (!of_.coins.is_standing_by())
            co_await serve();
        if (task_.stopping())
            co_return;
        again_.expires_after(look_each);
        const auto [woken] = co_await again_.async_wait(no_throw);
        static_cast<void>(woken);
    }
}

asio::awaitable<void> shared_coins::serve()
{
    const auto names = co_await calling([this] { return texts_->take_wanted(); });
    if (task_.stopping())
        co_return;
    if (!names) {
        failed("look", names.error());
        co_return;
    }
    trouble_.clear();
    for (const auto& name : *names)
        if (auto what = feed::coin_question_in(name))
            of_.coins.ask(*std::move(what), [this, name](const market::coin_answer& said) {
                // The feed answers on its strand, which is ours.
                note_answer(name, said);
            });
    while (!to_put_.empty()) {
        auto next = std::move(to_put_.front());
        to_put_.pop_front();
        relay::shared_text said;
        said.version = versions_.next();
        said.text = std::move(next.text);
        const auto done = co_await calling(
            [&] { return texts_->put(of_.token, next.name, said, answer_kept_for); });
        if (task_.stopping())
            co_return;
        if (!done) {
            failed("put", done.error());
            co_return;
        }
        if (*done == relay::put_outcome::done)
            put_.add();
    }
}

void shared_coins::note_answer(const std::string& name, const market::coin_answer& said)
{
    if (to_put_.size() >= feed::shared_coins_waiting_max) {
        left_out_.add();
        return;
    }
    if (said.is_unknown || (said.why.empty() && said.body))
        to_put_.push_back(
            {name, feed::write_shared_coin(said, said.body ? *said.body : std::string{})});
    else if (!said.why.empty())
        to_put_.push_back({name, feed::write_missing_coin(said.why, said.retry_after)});
}

asio::awaitable<std::optional<relay::shared_text>> shared_coins::look(const std::string& name)
{
    auto found = co_await calling([&] { return texts_->fetch(name); });
    if (!found) {
        failed("fetch", found.error());
        co_return std::nullopt;
    }
    co_return std::move(*found);
}

asio::awaitable<std::optional<std::string>>
shared_coins::find(std::string name, feed::coin_feed::is_fresh_function is_fresh)
{
    const auto began = of_.time.steady_now();
    auto before = co_await look(name);
    if (task_.stopping() || !before)
        co_return std::nullopt;
    if (!before->version.empty() && is_fresh(before->text)) {
        taken_.add();
        co_return std::move(before->text);
    }
    auto wanted_at = began - want_again_after;
    while (of_.time.steady_now() - began < find_for) {
        if (of_.time.steady_now() - wanted_at >= want_again_after) {
            wanted_at = of_.time.steady_now();
            wanted_.add();
            const auto noted = co_await calling([&] { return texts_->want(name); });
            if (task_.stopping())
                co_return std::nullopt;
            if (!noted) {
                failed("want", noted.error());
                co_return std::nullopt;
            }
            if (*noted == relay::want_outcome::too_many)
                left_out_.add();
        }
        co_await pause(look_for_answer_each);
        if (task_.stopping())
            co_return std::nullopt;
        auto now = co_await look(name);
        if (task_.stopping() || !now)
            co_return std::nullopt;
        if (!now->version.empty() && now->version != before->version) {
            taken_.add();
            trouble_.clear();
            co_return std::move(now->text);
        }
    }
    co_return std::nullopt;
}

// One line for each reason.
void shared_coins::failed(std::string_view what, boost::system::error_code why)
{
    failures_.add();
    auto words = std::string{what} + ": " + why.message();
    if (trouble_ == words)
        return;
    of_.log.warn("coins are not shared", {{"what", what}, {"why", why.message()}});
    trouble_ = std::move(words);
}

void shared_coins::publish_figures()
{
    using kind = telemetry::metrics::kind;
    const auto counted = [this](const char* name, const char* help, const tally& of) {
        of_.counters.sampled(
            kind::counter, name, help, {}, [&of] { return static_cast<double>(of.value()); });
    };
    counted(
        "tickertape_shared_coins_wanted_total",
        "Times that this instance told the leader which coin it wants.", wanted_);
    counted(
        "tickertape_shared_coins_put_total",
        "Answers on coins that this instance, as leader, gave the others.", put_);
    counted(
        "tickertape_shared_coins_taken_total",
        "Answers on coins that this instance had from the leader.", taken_);
    counted(
        "tickertape_shared_coins_failures_total", "Calls of the relay for coins that failed.",
        failures_);
    counted(
        "tickertape_shared_coins_left_out_total",
        "Coins that were not asked of the leader, or not given to others, because too many waited.",
        left_out_);
}

}  // namespace tickertape
