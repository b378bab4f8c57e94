#include "feed/rest_source.hpp"

#include "asio/no_throw.hpp"
#include "core/fetch_error.hpp"
#include "feed/errors.hpp"
#include "net/retry_after.hpp"
#include "net/with_timeout.hpp"
#include "pricing/quote_checks.hpp"
#include "provider/answer_failure.hpp"
#include "provider/errors.hpp"
#include "telemetry/metrics.hpp"
#include "json/errors.hpp"

#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <cassert>

namespace tickertape::feed {
namespace {

using boost::system::error_code;
using std::chrono::microseconds;

constexpr std::string_view not_asked = "not_asked";
// Until the gate is tried again where it is the turn of another.
constexpr std::chrono::milliseconds turn_of_another{50};

bool is_over(const error_code& ec)
{
    return ec == asio::error::operation_aborted;
}

}  // namespace

rest_source::rest_source(
    const feed_context& context, rest_source_parts parts, quote_listener& listener,
    std::function<double()> random)
    : with_{context}, parts_{std::move(parts)}, listener_{listener}, random_{std::move(random)},
      gate_{parts_.gate}, catalog_{*parts_.api, context.symbols, parts_.for_usd}, log_{
                                                                                      context,
                                                                                      parts_.name}
{
    assert(!parts_.clients.empty() && parts_.clients.size() == parts_.key_headers.size());
    // Zeros from the first scrape on, so that the first failure is an increase.
    for (const auto outcome : {"ok", "error", "deadline", "refused", "unknown_symbol", "not_asked"})
        outcomes_[outcome] = &with_.counters.counter(
            "tickertape_fetches_total", "Symbols asked for, by provider and what came of it.",
            {{"provider", parts_.name}, {"outcome", outcome}});
    log_.figures(gate_);
}

asio::awaitable<void> rest_source::fetch(std::vector<symbol_id> wanted, steady_time until)
{
    round_ = {};
    auto todo = catalog_.askable(wanted, with_.time.steady_now());
    if (!todo.empty())
        gate_.want_prices(with_.time.steady_now());
    // Both are in the order of `wanted`.
    for (auto asked = todo.begin(); const auto symbol : wanted) {
        if (asked != todo.end() && asked->symbol == symbol) {
            ++asked;
            continue;
        }
        ++round_.lacked;
        tell_failed(symbol, {provider::provider_errc::unknown_symbol});
    }
    begin_where_left_off(todo);
    fail_what_must_wait(todo, until);

    while (!todo.empty()) {
        const auto batch = catalog_.next_batch(todo);
        const auto said = co_await ask(batch, until);
        if (!said)
            co_return;
        const auto again = settle(batch, *said);
        todo.insert(todo.begin(), again.begin(), again.end());
        const auto failure = provider::failure_of(*said);
        if (!failure || outcome_of(failure->code) != not_asked)
            begin_at_ = index_of(batch.back().symbol) + 1;
        // If a batch could not be asked for, or got no answer at all, the others will not either.
        if (failure && !provider::is_about_what_was_said(failure->code) &&
            !provider::is_unexplained(batch, *failure)) {
            fail(todo, *failure);
            co_return;
        }
    }
    conclude(wanted.size());
}

// A market that is refused for an unknown reason may not exist. If no market at all is answered,
// the fault is the provider's, or that of the address we ask at.
void rest_source::conclude(std::size_t wanted)
{
    const auto now = now_of(with_.time);
    if (round_.quoted > 0)
        return log_.has_markets();
    if (round_.unexplained > 0 && round_.failed == 0 &&
        (round_.is_lost || !catalog_.has_any(now.steady))) {
        const auto why = round_.why;
        log_.changed(gate_.failed(now, why, random_()), &why, gate_);
    } else if (wanted > 0 && round_.lacked == wanted && !catalog_.has_any(now.steady)) {
        fetch_error why{
            provider::provider_errc::unknown_symbol, round_.why.detail, round_.why.http_status};
        why.detail.append(why.detail.empty() ? "" : "; ").append("it has none of the ");
        why.detail.append(std::to_string(wanted)).append(" it was asked for");
        gate_.note(now, why);
        log_.lacks_all(why);
    }
}

bool rest_source::has_requests_for(std::span<const symbol_id> wanted)
{
    const auto now = with_.time.steady_now();
    if (budget_wait(now).count() != 0)
        return false;
    return static_cast<double>(batches_of(catalog_.askable(wanted, now))) <=
           gate_.requests_left(now);
}

std::size_t rest_source::batches_of(std::vector<provider::market> todo) const
{
    std::size_t batches = 0;
    for (; !todo.empty(); ++batches)
        (void)catalog_.next_batch(todo);
    return batches;
}

void rest_source::fail_what_must_wait(std::vector<provider::market>& todo, steady_time until)
{
    const auto now = with_.time.steady_now();
    const std::chrono::duration<double, std::ratio<60>> time = until - now;
    auto requests = gate_.requests_left(now) + time.count() * gate_.limit().per_minute;
    auto rest = todo;
    if (now + budget_wait(now) + answer_min > until)
        requests = 0;
    for (; requests >= 1 && !rest.empty(); --requests)
        (void)catalog_.next_batch(rest);
    // A pause or an open breaker has an error of its own, which admit() gives for the first batch.
    if (rest.size() == todo.size())
        return;
    fail(rest, {provider::provider_errc::throttled});
    std::erase_if(todo, [&](const provider::market& m) {
        return std::ranges::find(rest, m.symbol, &provider::market::symbol) != rest.end();
    });
}

// Returns none if we were cancelled.
asio::awaitable<std::optional<provider::answers>>
rest_source::ask(const std::vector<provider::market>& batch, steady_time until)
{
    backoff wait{retry};
    for (unsigned attempt = 1;; ++attempt) {
        auto permit = co_await admitted(until);
        if (!permit) {
            if (is_over(permit.error()))
                co_return std::nullopt;
            provider::answers none(batch.size());
            provider::answer_rest(none, {permit.error()});
            co_return none;
        }
        const auto began = with_.time.steady_now();
        const auto response = co_await request(batch, until);
        if (!response && is_over(response.error().code))
            co_return std::nullopt;
        const auto ended = with_.time.steady_now();
        auto said = judged(
            batch, response, std::move(*permit),
            std::chrono::duration_cast<microseconds>(ended - began));
        const auto failure = provider::failure_of(said);
        if (!failure || attempt == attempts_max || !provider::may_pass(*failure))
            co_return said;
        const auto pause = wait.next(random_());
        if (ended + pause >= until)
            co_return said;
        asio::steady_timer timer{with_.strand, pause};
        const auto [cancelled] = co_await timer.async_wait(no_throw);
        if (cancelled)
            co_return std::nullopt;
    }
}

// Waits for the provider's limit to leave a request, if it does before `until`.
asio::awaitable<result<provider::gate::permit>> rest_source::admitted(steady_time until)
{
    for (;;) {
        if (co_await net::is_cancelled())
            co_return error_code{asio::error::operation_aborted};
        const auto now = with_.time.steady_now();
        if (budget_wait(now).count() != 0)
            co_return error_code{provider::provider_errc::throttled};
        auto permit = gate_.admit_prices(now);
        if (permit && parts_.budget)
            parts_.budget->take(now);
        const auto pause = std::max<steady_time::duration>(gate_.wait(now), turn_of_another);
        if (permit || permit.error() != provider::provider_errc::throttled ||
            now + pause + answer_min > until)
            co_return permit;
        asio::steady_timer timer{with_.strand, pause};
        const auto [cancelled] = co_await timer.async_wait(no_throw);
        if (cancelled)
            co_return cancelled;
    }
}

asio::awaitable<fetched<net::http_response>>
rest_source::request(const std::vector<provider::market>& batch, steady_time until)
{
    auto request = parts_.api->request(batch);
    const auto& key = parts_.key_headers[client_];
    request.headers.insert(request.headers.end(), key.begin(), key.end());
    fetched<net::http_response> response{fetch_error{feed_errc::deadline}};
    // A coroutine of its own, because with_timeout() takes phases that give an error code.
    const auto send = [](net::http_asker& client, net::http_request asked,
                         fetched<net::http_response>& into) -> asio::awaitable<error_code> {
        into = co_await client.send(std::move(asked));
        co_return into ? error_code{} : into.error().code;
    };
    const auto limit = until - with_.time.steady_now();
    const auto ended = co_await net::with_timeout(
        limit, feed_errc::deadline, send(*parts_.clients[client_], std::move(request), response));
    if (ended == feed_errc::deadline)
        response = fetch_error{feed_errc::deadline};
    else if (is_over(ended))
        response = fetch_error{ended};
    co_return response;
}

provider::answers rest_source::judged(
    const std::vector<provider::market>& batch, const fetched<net::http_response>& response,
    provider::gate::permit of_request, microseconds took)
{
    const auto now = judged_at_ = now_of(with_.time);
    if (response)
        if (const auto reading = net::read_clock(response->dated, now))
            listener_.dated(parts_.rank, *reading);
    with_.counters
        .histogram(
            "tickertape_fetch_seconds", "What one request to a provider took.",
            {0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10}, {{"provider", parts_.name}})
        .Observe(std::chrono::duration<double>(took).count());
    provider::answers said(batch.size());
    if (response)
        said = parts_.api->read(batch, *response);
    else
        provider::answer_rest(said, response.error());
    assert(said.size() == batch.size());

    if (says_nothing(batch, said)) {
        said = provider::answers(batch.size());
        provider::answer_rest(
            said, {json::json_errc::missing_field, "not one of the markets asked for"});
    }
    if (std::ranges::any_of(said, [](const auto& answer) { return answer->has_value(); })) {
        log_.changed(of_request.succeeded(now, took), nullptr, gate_);
        return said;
    }
    const auto failure = provider::failure_of(said);
    // An answer about one market alone does not tell whether the market or the provider fails.
    if (!failure || (batch.size() == 1 && provider::is_about_what_was_said(failure->code))) {
        of_request.answered(took);
        return said;
    }
    if (provider::is_unexplained(batch, *failure)) {
        of_request.undecided(took);
        return said;
    }
    std::optional<std::chrono::milliseconds> retry_after;
    if (response)
        retry_after = net::parse_retry_after(
            response->retry_after, net::time_said(response->dated, now.wall).value_or(now.wall));
    log_.changed(of_request.failed(now, *failure, retry_after, random_()), &*failure, gate_);
    if (provider::is_about_the_host(*failure))
        client_ = (client_ + 1) % parts_.clients.size();
    return said;
}

// True if several markets are asked for, some were quoted before, and all are missing now. That is
// maintenance: markets do not end all at once.
bool rest_source::says_nothing(
    const std::vector<provider::market>& batch, const provider::answers& said) const
{
    return batch.size() > 1 && catalog_.has_quoted_any(batch) &&
           std::ranges::all_of(said, [](const auto& answer) {
               return !*answer && answer->error().code == provider::provider_errc::unknown_symbol;
           });
}

std::vector<provider::market>
rest_source::settle(const std::vector<provider::market>& batch, const provider::answers& said)
{
    const auto now = with_.time.steady_now();
    std::vector<provider::market> again;
    std::vector<std::string> lacking;
    const bool is_refused =
        batch.size() > 1 && std::ranges::all_of(said, [](const auto& answer) {
            return !*answer && answer->error().code == provider::provider_errc::batch_refused;
        });
    if (is_refused) {
        catalog_.refused(batch);
        return batch;
    }
    catalog_.answered(batch);
    const bool has_quote =
        std::ranges::any_of(said, [](const auto& answer) { return answer->has_value(); });
    for (std::size_t i = 0; i < batch.size(); ++i) {
        const auto symbol = batch[i].symbol;
        if (*said[i]) {
            catalog_.quoted(symbol);
            ++round_.quoted;
            const auto refused = listener_.quoted(
                parts_.rank, **said[i], catalog_.standin(symbol), pricing::quote_way::poll);
            count(refused ? outcome_of(refused) : "ok");
            if (refused)
                note(symbol, pricing::refusal_of(**said[i], refused, judged_at_.wall));
        } else if (said[i]->error().code == provider::provider_errc::unknown_symbol) {
            const bool has_more = catalog_.missing(symbol, now);
            if (has_more) {
                for (auto& m : catalog_.askable({&symbol, 1}, now))
                    again.push_back(std::move(m));
            } else {
                ++round_.lacked;
                round_.why = said[i]->error();
                fail(symbol, said[i]->error());
            }
            if (!has_more && catalog_.is_news(symbol))
                lacking.push_back(with_.symbols.name(symbol));
        } else {
            const auto& why = said[i]->error();
            const bool is_unknown = provider::is_unexplained(batch, why);
            if (is_unknown) {
                ++round_.unexplained;
                round_.is_lost = round_.is_lost || catalog_.has_quoted_any(batch);
                round_.why = why;
            } else {
                ++round_.failed;
            }
            if (is_unknown || provider::is_about_what_was_said(why.code)) {
                const bool is_said = log_.doubts(with_.symbols.name(symbol), why);
                // A lasting problem of one market must not hide the problems of others.
                if (is_said || !has_quote)
                    note(symbol, why);
            }
            fail(symbol, why);
        }
    }
    log_.lacks(lacking);
    return again;
}

void rest_source::fail(std::span<const provider::market> markets, const fetch_error& why)
{
    for (const auto& m : markets)
        fail(m.symbol, why);
}

void rest_source::fail(symbol_id symbol, const fetch_error& why)
{
    count(outcome_of(why.code));
    tell_failed(symbol, why);
}

void rest_source::tell_failed(symbol_id symbol, const fetch_error& why)
{
    listener_.failed(parts_.rank, symbol, why, pricing::quote_way::poll);
}

void rest_source::note(symbol_id symbol, fetch_error why)
{
    why.detail = with_.symbols.name(symbol) + (why.detail.empty() ? "" : ", ") + why.detail;
    gate_.note(judged_at_, why);
}

// Otherwise the last symbols would never be asked for if the limit allows few requests a round.
void rest_source::begin_where_left_off(std::vector<provider::market>& todo) const
{
    const auto first = std::ranges::find_if(
        todo, [this](const provider::market& m) { return index_of(m.symbol) >= begin_at_; });
    std::rotate(todo.begin(), first, todo.end());
}

void rest_source::count(std::string_view outcome)
{
    outcomes_.at(outcome)->Increment();
}

void rest_source::report(feed_report::provider& into)
{
    log_.figures(gate_);
    const auto now = now_of(with_.time);
    into.name = parts_.name;
    gate_.report(now, into);
    for (const auto symbol : with_.symbols.all())
        if (catalog_.lacks(symbol, now.steady))
            into.lacks.push_back(with_.symbols.name(symbol));
}

}  // namespace tickertape::feed
