#include "feed/coin_feed.hpp"

#include "asio/no_throw.hpp"
#include "news/html_text.hpp"
#include "provider/answer.hpp"
#include "telemetry/log.hpp"
#include "telemetry/metrics.hpp"

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

// Text between blank lines, as paragraphs with one blank line between them.
std::string paragraphs_of(std::string_view html)
{
    std::string all;
    while (!html.empty() && all.size() < market::description_bytes_max) {
        auto end = html.find("\n\n");
        if (const auto other = html.find("\r\n\r\n"); other < end)
            end = other;
        const auto text = news::text_of_html(html.substr(0, end));
        if (!text.empty())
            all.append(all.empty() ? "" : "\n\n").append(text);
        html.remove_prefix(end == std::string_view::npos ? html.size() : end + 2);
    }
    if (all.size() > market::description_bytes_max)
        all = news::shortened(std::move(all), market::description_bytes_max);
    return all;
}

net::http_request request_for(const coin_question& what)
{
    switch (what.of) {
    case coin_topic::detail:
        return market::coin_detail_request(what.id);
    case coin_topic::hours:
        return market::coin_chart_request(what.id, market::chart_step::hour);
    case coin_topic::days:
        return market::coin_chart_request(what.id, market::chart_step::day);
    case coin_topic::trending:
        break;
    }
    return market::trending_request();
}

// Fills in what `into` is about. Nothing: it could be read.
std::optional<fetch_error> read_into(
    coin_answer& into, const coin_question& what, const net::http_response& answer, wall_time now)
{
    if (what.of == coin_topic::detail) {
        auto said = market::read_coin_detail(answer, what.id);
        if (!said)
            return said.error();
        said->description = paragraphs_of(said->description);
        into.detail = std::make_shared<market::coin_detail>(*std::move(said));
    } else if (what.of == coin_topic::trending) {
        auto said = market::read_trending(answer);
        if (!said)
            return said.error();
        into.list = std::make_shared<market::trending>(*std::move(said));
    } else {
        auto said = market::read_coin_chart(answer, now);
        if (!said)
            return said.error();
        into.chart = std::make_shared<market::coin_chart>(*std::move(said));
    }
    return std::nullopt;
}

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
        if (source_->budget_wait(now).count() != 0) {
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
        auto wait = std::chrono::ceil<std::chrono::seconds>(source_->budget_wait(now));
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
    coin_answer said;
    const gated_client::request_function request = [&] { return request_for(what); };
    const gated_client::read_function read =
        [&](const net::http_response& answer) -> std::optional<fetch_error> {
        // The source is well: it does not know the coin.
        if (what.of != coin_topic::trending && answer.status == 404 &&
            provider::read_json(answer).body) {
            said.is_unknown = true;
            return std::nullopt;
        }
        return read_into(said, what, answer, with_.time.wall_now());
    };
    const auto why = co_await source_->ask(request, read);
    if (task_.stopping())
        co_return;
    if (why)
        note_failure(what, *why);
    else
        note(what, std::move(said));
}

void coin_feed::note(const coin_question& what, coin_answer said)
{
    said_.clear();
    auto& entry = entry_of(what);
    const auto now = now_of(with_.time);
    said.received = now.boot;
    said.received_at = now.wall;
    entry.due = now.steady + (said.is_unknown ? limits_.unknown_age : age_of(what.of));
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
