#include "feed/coin_feed.hpp"

#include "asio/no_throw.hpp"
#include "feed/errors.hpp"
#include "telemetry/log.hpp"
#include "telemetry/metrics.hpp"

#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <cassert>
#include <optional>
#include <utility>

namespace tickertape::feed {
namespace {

using market::coin_answer;
using market::coin_question;
using market::coin_topic;

constexpr std::string_view being_asked = "it is being asked for";
constexpr std::string_view too_many = "too many other questions wait for the source";
constexpr std::string_view not_known = "CoinGecko does not know this coin";
constexpr std::string_view stopping = "the server is shutting down";
constexpr std::string_view budget_spent =
    "the requests that may be spent on single coins are used up for now (MARKET_CALLS)";
constexpr std::chrono::seconds soon{5};

}  // namespace

coin_feed::coin_feed(const parts& of, coin_limits bounds, std::unique_ptr<gated_client> source)
    : with_{of}, limits_{bounds}, source_{std::move(source)}, timer_{of.strand},
      task_{of.strand, of.log, "coins on request: an internal error"}
{
    assert(source_);
    publish_figures();
}

void coin_feed::start()
{
    task_.start([this] { return run(); });
}

void coin_feed::stop()
{
    task_.stop();
    asio::post(with_.strand, [this] {
        auto left = std::exchange(waiters_, {});
        for (auto& [number, one] : left) {
            one.patience->cancel();
            one.then(answer_for(one.what, std::string{stopping}));
        }
    });
}

void coin_feed::follow(find_function find)
{
    find_ = std::move(find);
}

void coin_feed::stand_by(bool stands_by)
{
    asio::dispatch(with_.strand, [this, stands_by] { is_standing_by_ = stands_by; });
}

// Who stands by spends nothing.
steady_time::duration coin_feed::budget_wait(steady_time now) const noexcept
{
    return is_standing_by_ ? steady_time::duration::zero() : source_->budget_wait(now);
}

void coin_feed::ask(coin_question what, on_answer then)
{
    asio::post(with_.strand, [this, what = std::move(what), then = std::move(then)]() mutable {
        take(std::move(what), std::move(then));
    });
}

void coin_feed::take(coin_question what, on_answer then)
{
    asked_.add();
    const auto now = with_.time.steady_now();
    const auto& entry = entry_of(what);
    if (task_.stopping())
        return then(answer_for(what, std::string{stopping}));
    if (now < entry.due) {
        from_kept_.add();
        return then(answer_for(what, entry.failure));
    }
    const bool is_asked_already = std::ranges::any_of(
        questions_, [&](const auto& one) { return !(one < what) && !(what < one); });
    if (!is_asked_already) {
        if (budget_wait(now).count() != 0) {
            refused_.add();
            return then(answer_for(what, std::string{budget_spent}));
        }
        if (questions_.size() >= limits_.waiting_max) {
            refused_.add();
            return then(answer_for(what, std::string{too_many}));
        }
        questions_.push_back(what);
        timer_.cancel();
    }
    add_waiter(what, std::move(then));
}

// It is answered when its question is, or when its patience is over.
void coin_feed::add_waiter(const coin_question& what, on_answer then)
{
    const auto number = next_waiter_++;
    auto patience = std::make_shared<asio::steady_timer>(with_.strand, limits_.wait_max);
    patience->async_wait([this, number](boost::system::error_code) {
        const auto found = waiters_.find(number);
        if (found == waiters_.end())
            return;
        auto one = std::move(found->second);
        waiters_.erase(found);
        one.then(answer_for(one.what, std::string{being_asked}));
    });
    waiters_.emplace(
        number, waiter{.what = what, .then = std::move(then), .patience = std::move(patience)});
}

void coin_feed::answer_waiters(const coin_question& what, const std::string& why)
{
    for (auto at = waiters_.begin(); at != waiters_.end();) {
        if (at->second.what < what || what < at->second.what) {
            ++at;
            continue;
        }
        auto one = std::move(at->second);
        at = waiters_.erase(at);
        one.patience->cancel();
        one.then(answer_for(what, why));
    }
}

coin_answer coin_feed::answer_for(const coin_question& what, const std::string& why) const
{
    const auto now = with_.time.steady_now();
    coin_answer said;
    const auto found = answers_.find(what);
    if (found != answers_.end())
        said = found->second.newest;
    said.is_stale = said.is_there() && with_.time.boot_now() - said.received > age_of(what.of);
    said.why = said.is_unknown ? std::string{not_known} : why;
    if (!said.why.empty() && !said.is_unknown) {
        auto wait = std::chrono::ceil<std::chrono::seconds>(budget_wait(now));
        if (found != answers_.end() && found->second.due > now)
            wait = std::max(wait, std::chrono::ceil<std::chrono::seconds>(found->second.due - now));
        said.retry_after = std::max(wait, soon);
    }
    return said;
}

coin_feed::kept& coin_feed::entry_of(const coin_question& what)
{
    const auto found = answers_.find(what);
    if (found != answers_.end()) {
        by_use_.splice(by_use_.begin(), by_use_, found->second.used);
        return found->second;
    }
    if (answers_.size() >= limits_.answers_max) {
        answers_.erase(by_use_.back());
        by_use_.pop_back();
        dropped_.add();
    } else {
        count_.add();
    }
    by_use_.push_front(what);
    auto& made = answers_[what];
    made.due = steady_time::min();  // it was never asked for
    made.used = by_use_.begin();
    return made;
}

asio::awaitable<void> coin_feed::run()
{
    while (!task_.stopping()) {
        if (questions_.empty()) {
            // Cancelled by stop(), and by a question.
            timer_.expires_at(asio::steady_timer::time_point::max());
            const auto [woken] = co_await timer_.async_wait(no_throw);
            static_cast<void>(woken);
            continue;
        }
        auto next = questions_.front();
        co_await fetch(std::move(next));
        questions_.pop_front();
    }
}

asio::awaitable<void> coin_feed::fetch(coin_question what)
{
    if (is_standing_by_) {
        co_await find_elsewhere(std::move(what));
        co_return;
    }
    coin_answer said;
    const gated_client::request_function request = [&] { return coin_request(what); };
    const gated_client::read_function read =
        [&](const net::http_response& answer) -> std::optional<fetch_error> {
        auto found = read_coin_answer(what, answer, with_.time.wall_now());
        if (!found)
            return found.error();
        said = *std::move(found);
        if (find_)
            said.body = std::make_shared<const std::string>(answer.body);
        return std::nullopt;
    };
    const auto why = co_await source_->ask(request, read);
    if (task_.stopping())
        co_return;
    if (why) {
        note_failure(what, *why);
        co_return;
    }
    const auto now = now_of(with_.time);
    said.received = now.boot;
    said.received_at = now.wall;
    note(what, std::move(said));
}

asio::awaitable<void> coin_feed::find_elsewhere(coin_question what)
{
    const auto age = age_of(what.of);
    is_fresh_function is_fresh = [this, what, age](const std::string& text) {
        const auto now = now_of(with_.time);
        const auto found = read_shared_coin(what, text, now);
        return found && found->why.empty() && now.boot - found->said.received <= age;
    };
    std::optional<std::string> text;
    if (find_) {
        auto name = name_of(what);
        text = co_await find_(std::move(name), std::move(is_fresh));
    }
    if (task_.stopping())
        co_return;
    if (!text) {
        note_failure(what, {feed_errc::deadline, "the instance that asks gave no answer"});
        co_return;
    }
    auto found = read_shared_coin(what, *text, now_of(with_.time));
    if (!found)
        note_failure(what, found.error());
    else if (!found->why.empty())
        note_failure(what, {feed_errc::deadline, found->why});
    else
        note(what, std::move(found->said));
}

void coin_feed::note(const coin_question& what, coin_answer said)
{
    said_.clear();
    auto& entry = entry_of(what);
    const auto now = now_of(with_.time);
    // Of another instance it may be of some time ago.
    const auto age = said.is_unknown ? limits_.unknown_age : age_of(what.of);
    const auto good_for = age - (now.boot - said.received);
    entry.due = now.steady + std::max(good_for, limits_.after_failure);
    entry.failure.clear();
    entry.newest = std::move(said);
    answer_waiters(what, {});
}

// What was said before stays, and is told as old.
void coin_feed::note_failure(const coin_question& what, const fetch_error& why)
{
    failures_.add();
    auto& entry = entry_of(what);
    entry.due = with_.time.steady_now() + limits_.after_failure;
    entry.failure = "CoinGecko gave no answer that can be read: " + words_of(why);
    if (std::exchange(said_, entry.failure) != entry.failure)
        with_.log.warn("coin source failed", {{"coin", what.id}, {"why", words_of(why)}});
    answer_waiters(what, std::string{entry.failure});
}

std::chrono::milliseconds coin_feed::age_of(coin_topic topic) const noexcept
{
    switch (topic) {
    case coin_topic::detail:
        return limits_.detail_age;
    case coin_topic::hours:
        return limits_.hours_age;
    case coin_topic::days:
        return limits_.days_age;
    case coin_topic::trending:
        break;
    }
    return limits_.trending_age;
}

void coin_feed::publish_figures()
{
    using kind = telemetry::metrics::kind;
    const auto counted = [this](kind of, const char* name, const char* help, const tally& count) {
        with_.figures.sampled(
            of, name, help, {}, [&count] { return static_cast<double>(count.value()); });
    };
    counted(
        kind::counter, "tickertape_coin_questions_total",
        "Questions for single coins, their histories and what is trending.", asked_);
    counted(
        kind::counter, "tickertape_coin_questions_kept_total",
        "Those of them that were answered with what is kept.", from_kept_);
    counted(
        kind::counter, "tickertape_coin_questions_refused_total",
        "Those of them that were not asked, because too many waited or the budget was spent.",
        refused_);
    counted(
        kind::counter, "tickertape_coin_failures_total",
        "Times that the source gave no answer on a coin.", failures_);
    counted(
        kind::counter, "tickertape_coin_requests_total", "Requests for single coins.",
        source_->requests());
    counted(
        kind::counter, "tickertape_coin_answers_dropped_total",
        "Answers on coins that made room for others.", dropped_);
    counted(kind::gauge, "tickertape_coin_answers_kept", "Answers on coins that are kept.", count_);
}

}  // namespace tickertape::feed
