#include "feed/coin_feed.hpp"

#include "asio/no_throw.hpp"
#include "feed/errors.hpp"
#include "provider/errors.hpp"
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
using provider::provider_errc;

constexpr std::string_view being_asked = "it is being asked for";
constexpr std::string_view not_its_turn =
    "its turn has not come yet: CoinGecko is asked so many times a minute at most "
    "(COINGECKO_RATE), and it will be asked";
constexpr std::string_view too_many = "too many other questions wait for the source";
constexpr std::string_view is_paused =
    "CoinGecko is left alone for now: it asked for that, or failed several times";
constexpr std::string_view no_answer_in_time = "CoinGecko gave no answer in time";
constexpr std::string_view no_leader_yet = "the instance that asks gave no answer";
constexpr std::string_view not_known = "CoinGecko does not know this coin";
constexpr std::string_view stopping = "the server is shutting down";
constexpr std::string_view budget_spent =
    "the requests that may be spent on single coins are used up for now (MARKET_CALLS)";
constexpr std::chrono::seconds soon{5};

bool is_same(const coin_question& a, const coin_question& b)
{
    return !(a < b) && !(b < a);
}

}  // namespace

coin_feed::coin_feed(
    const parts& of, coin_limits bounds, std::vector<std::unique_ptr<gated_client>> sources)
    : with_{of}, limits_{bounds}, wake_{of.strand, steady_time::max()}
{
    assert(!sources.empty());
    for (auto& source : sources)
        workers_.push_back(
            {std::move(source), std::make_unique<strand_task>(
                                    of.strand, of.log, "coins on request: an internal error")});
    publish_figures();
}

void coin_feed::start()
{
    for (auto& one : workers_)
        one.task->start([this, &source = *one.source] { return run(source); });
}

void coin_feed::stop()
{
    asio::dispatch(with_.strand, [this] { is_stopping_ = true; });
    for (auto& one : workers_)
        one.task->stop();
    asio::post(with_.strand, [this] {
        auto left = std::exchange(waiters_, {});
        for (auto& [number, one] : left) {
            one.patience->cancel();
            one.then(answer_for(one.what, std::string{stopping}));
        }
    });
}

void coin_feed::stand_by(bool stands_by)
{
    asio::dispatch(with_.strand, [this, stands_by] { is_standing_by_ = stands_by; });
}

// Who stands by spends nothing. All have one budget.
steady_time::duration coin_feed::budget_wait(steady_time now) const noexcept
{
    return is_standing_by_ ? steady_time::duration::zero()
                           : workers_.front().source->budget_wait(now);
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
    if (is_stopping_)
        return then(answer_for(what, std::string{stopping}));
    if (now < entry.due) {
        from_kept_.add();
        return then(answer_for(what, entry.failure));
    }
    if (!is_being_asked(what)) {
        if (budget_wait(now).count() != 0) {
            refused_.add();
            return then(answer_for(what, std::string{budget_spent}));
        }
        // What is trending is one question of all readers, and goes before those of single coins.
        const bool is_for_all = what.of == coin_topic::trending;
        if (questions_.size() >= limits_.waiting_max && !is_for_all) {
            refused_.add();
            return then(answer_for(what, std::string{too_many}));
        }
        questions_.insert(is_for_all ? questions_.begin() : questions_.end(), what);
        wake_.cancel();
    }
    add_waiter(what, std::move(then));
}

bool coin_feed::is_being_asked(const coin_question& what) const
{
    return under_way_.contains(what) ||
           std::ranges::any_of(questions_, [&](const auto& one) { return is_same(one, what); });
}

std::string coin_feed::words_for_waiting(const coin_question& what) const
{
    const auto found = under_way_.find(what);
    const bool is_sent = found != under_way_.end() && found->second == state::is_sent;
    const bool waits_for_the_gate =
        !is_sent && !is_standing_by_ &&
        workers_.front().source->gate_wait(with_.time.steady_now()).count() != 0;
    return std::string{waits_for_the_gate ? not_its_turn : being_asked};
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
        one.then(answer_for(one.what, words_for_waiting(one.what)));
    });
    waiters_.emplace(
        number, waiter{.what = what, .then = std::move(then), .patience = std::move(patience)});
}

void coin_feed::answer_waiters(const coin_question& what, const std::string& why)
{
    for (auto at = waiters_.begin(); at != waiters_.end();) {
        if (!is_same(at->second.what, what)) {
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
    const auto age = with_.time.boot_now() - said.received;
    said.is_stale = said.is_there() && (age > age_of(what.of) || came_old(what, said));
    said.why = said.is_unknown ? std::string{not_known} : why;
    if (!said.why.empty() && !said.is_unknown) {
        auto pause = budget_wait(now);
        if (!is_standing_by_)
            pause = std::max(pause, workers_.front().source->gate_wait(now));
        auto wait = std::chrono::ceil<std::chrono::seconds>(pause);
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

asio::awaitable<void> coin_feed::run(gated_client& source)
{
    while (!is_stopping_) {
        if (questions_.empty()) {
            const auto [woken] = co_await wake_.async_wait(no_throw);
            static_cast<void>(woken);
            continue;
        }
        auto next = std::move(questions_.front());
        questions_.pop_front();
        const auto what = next;
        under_way_.emplace(what, state::waits_for_the_gate);
        co_await fetch(source, std::move(next));
        under_way_.erase(what);
    }
}

asio::awaitable<void> coin_feed::fetch(gated_client& source, coin_question what)
{
    if (is_standing_by_) {
        co_await find_elsewhere(std::move(what));
        co_return;
    }
    coin_answer said;
    const gated_client::request_function request = [&] {
        under_way_[what] = state::is_sent;
        return coin_request(what);
    };
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
    const auto why = co_await source.ask(request, read);
    if (is_stopping_)
        co_return;
    if (why) {
        const auto pause = source.gate_wait(with_.time.steady_now());
        if (why->code == provider_errc::throttled)
            note_not_asked(
                what,
                std::string{
                    budget_wait(with_.time.steady_now()).count() != 0 ? budget_spent
                                                                      : not_its_turn},
                {});
        else if (why->code == provider_errc::paused || why->code == provider_errc::breaker_open)
            note_not_asked(what, std::string{is_paused}, pause);
        else if (why->code == feed_errc::deadline)
            note_failure(what, std::string{no_answer_in_time});
        else
            note_failure(what, "CoinGecko gave no answer that can be read: " + words_of(*why));
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
    if (is_stopping_)
        co_return;
    if (!text) {
        note_not_asked(what, std::string{no_leader_yet}, soon);
        co_return;
    }
    auto found = read_shared_coin(what, *text, now_of(with_.time));
    if (!found)
        note_failure(
            what,
            "the answer of the instance that asks cannot be read: " + words_of(found.error()));
    else if (!found->why.empty())
        note_not_asked(what, std::move(found->why), found->retry_after);
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

// The source did nothing wrong by this question.
void coin_feed::note_not_asked(
    const coin_question& what, std::string why, steady_time::duration pause)
{
    refused_.add();
    auto& entry = entry_of(what);
    entry.due =
        with_.time.steady_now() + std::min<steady_time::duration>(pause, limits_.after_failure);
    entry.failure = why;
    answer_waiters(what, why);
}

// What was said before stays, and is told as old.
void coin_feed::note_failure(const coin_question& what, const std::string& why)
{
    failures_.add();
    auto& entry = entry_of(what);
    entry.due = with_.time.steady_now() + limits_.after_failure;
    entry.failure = why;
    if (std::exchange(said_, why) != why)
        with_.log.warn("coin source failed", {{"coin", what.id}, {"why", why}});
    answer_waiters(what, why);
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
        "Those of them that were not asked: too many waited, the budget was spent, or the source "
        "is "
        "left alone.",
        refused_);
    counted(
        kind::counter, "tickertape_coin_failures_total",
        "Times that the source gave no answer on a coin.", failures_);
    with_.figures.sampled(
        kind::counter, "tickertape_coin_requests_total", "Requests for single coins.", {}, [this] {
            std::uint64_t all = 0;
            for (const auto& one : workers_)
                all += one.source->requests().value();
            return static_cast<double>(all);
        });
    counted(
        kind::counter, "tickertape_coin_answers_dropped_total",
        "Answers on coins that made room for others.", dropped_);
    counted(kind::gauge, "tickertape_coin_answers_kept", "Answers on coins that are kept.", count_);
}

}  // namespace tickertape::feed
