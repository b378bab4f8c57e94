#include "feed/gated_client.hpp"

#include "asio/no_throw.hpp"
#include "feed/errors.hpp"
#include "market/errors.hpp"
#include "net/retry_after.hpp"
#include "net/with_timeout.hpp"
#include "provider/answer_failure.hpp"
#include "provider/errors.hpp"

#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <cassert>

namespace tickertape::feed {
namespace {

using boost::system::error_code;
using provider::provider_errc;

constexpr auto over = asio::error::operation_aborted;

// Where the gate does not say how long to wait: another request tries whether the provider is well.
constexpr std::chrono::milliseconds look_again{1'000};

}  // namespace

bool is_about_the_provider(const fetch_error& why) noexcept
{
    return why.code != provider_errc::unknown_symbol &&
           !provider::is_about_what_was_said(why.code) &&
           why.code.category() != market::market_category() && why.http_status != 400 &&
           why.http_status != 404;
}

gated_client::gated_client(
    feed_context::strand_type strand, const clock& time, parts of, limits bounds,
    std::function<double()> random)
    : strand_{std::move(strand)}, time_{time}, parts_{std::move(of)}, limits_{bounds},
      random_{std::move(random)}
{
    assert(!parts_.clients.empty());
    assert(parts_.key_headers.empty() || parts_.key_headers.size() == parts_.clients.size());
}

// Asked again: the gate says when.
bool gated_client::is_worth_waiting(const fetch_error& why) const noexcept
{
    return why.code == provider_errc::rate_limited && limits_.pause_max.count() != 0;
}

asio::awaitable<std::optional<fetch_error>>
gated_client::ask(const request_function& request, const read_function& read)
{
    backoff wait{limits_.retry};
    const auto asked_at = time_.steady_now();
    std::optional<fetch_error> last;
    for (unsigned attempt = 1;; ++attempt) {
        auto permit = co_await admitted(asked_at);
        // That there is no second request now does not hide why one is wanted.
        if (!permit && last && permit.error() == provider_errc::throttled)
            co_return last;
        if (!permit)
            co_return fetch_error{permit.error()};
        requests_.add();
        const auto began = time_.steady_now();
        auto asked = request();
        const auto response = co_await send(std::move(asked));
        if (!response && response.error().code == over)
            co_return response.error();
        const auto now = now_of(time_);
        const auto took = std::chrono::duration_cast<std::chrono::microseconds>(now.steady - began);
        const std::optional<fetch_error> failed =
            response ? read(*response) : std::optional{response.error()};
        if (!failed) {
            permit->succeeded(now, took);
            co_return std::nullopt;
        }
        const auto& why = *failed;
        if (is_about_the_provider(why)) {
            std::optional<std::chrono::milliseconds> retry_after;
            if (response)
                retry_after = net::parse_retry_after(
                    response->retry_after,
                    net::time_said(response->dated, now.wall).value_or(now.wall));
            permit->failed(now, why, retry_after, random_());
            if (provider::is_about_the_host(why))
                client_ = (client_ + 1) % parts_.clients.size();
        } else {
            permit->answered(took);
        }
        if (attempt == limits_.attempts_max ||
            !(is_worth_waiting(why) || provider::may_pass(why) || why.code == feed_errc::deadline))
            co_return why;
        last = why;
        asio::steady_timer timer{strand_, wait.next(random_())};
        const auto [cancelled] = co_await timer.async_wait(no_throw);
        if (cancelled)
            co_return fetch_error{over};
    }
}

asio::awaitable<result<provider::gate::permit>> gated_client::admitted(steady_time began)
{
    auto& gate = parts_.gate;
    // With a burst of 10 of which half is left to others, 6 are to be there.
    const auto wanted =
        std::min(gate.limit().burst, 1 + limits_.left_to_others * gate.limit().burst);
    std::optional<provider::gate::place> in_line;
    for (;;) {
        if (co_await net::is_cancelled())
            co_return error_code{over};
        const auto now = time_.steady_now();
        steady_time::duration pause = gate.paused_for(now);
        error_code why = provider_errc::throttled;
        auto patience = limits_.wait_max;
        bool is_its_turn = false;  // but for the gate
        if (const auto spent = budget_wait(now); spent.count() != 0) {
            pause = std::max(pause, spent);
        } else if (const auto left = gate.requests_left(now);
                   pause.count() == 0 && left + 1e-6 < wanted && wanted > 1) {
            pause = std::chrono::duration_cast<steady_time::duration>(std::chrono::duration<double>{
                        (wanted - left) * 60 / gate.limit().per_minute}) +
                    std::chrono::milliseconds{1};
        } else if (limits_.gives_way && gate.has_line()) {
            pause = std::max<steady_time::duration>(pause, look_again);
        } else {
            auto permit = gate.admit_behind_prices(now);
            if (permit) {
                if (parts_.budget)
                    parts_.budget->take(now);
                co_return permit;
            }
            why = permit.error();
            is_its_turn = why == provider_errc::throttled;
            if (why != provider_errc::throttled)
                patience = std::min(patience, limits_.pause_max);
            pause = std::max(pause, gate.wait(now));
            if (pause.count() == 0)
                pause = look_again;
        }
        if (now + pause > began + patience)
            co_return why;
        if (!is_its_turn)
            in_line.reset();
        else if (!in_line)
            in_line.emplace(gate, limits_.gives_way);
        asio::steady_timer timer{strand_, pause};
        const auto [cancelled] = co_await timer.async_wait(no_throw);
        if (cancelled)
            co_return error_code{over};
    }
}

asio::awaitable<fetched<net::http_response>> gated_client::send(net::http_request request)
{
    fetched<net::http_response> response{fetch_error{feed_errc::deadline}};
    if (!parts_.key_headers.empty())
        for (const auto& header : parts_.key_headers[client_])
            request.headers.push_back(header);
    // A coroutine of its own, because with_timeout() takes phases that give an error code.
    const auto phase = [](net::http_asker& client, net::http_request asked,
                          fetched<net::http_response>& into) -> asio::awaitable<error_code> {
        into = co_await client.send(std::move(asked));
        co_return into ? error_code{} : into.error().code;
    };
    const auto ended = co_await net::with_timeout(
        limits_.deadline, feed_errc::deadline,
        phase(*parts_.clients[client_], std::move(request), response));
    if (ended == feed_errc::deadline)
        response = fetch_error{feed_errc::deadline};
    else if (ended == over)
        response = fetch_error{over};
    co_return response;
}

}  // namespace tickertape::feed
