#include "relay/sentinel.hpp"

#include "net/with_timeout.hpp"
#include "relay/errors.hpp"
#include "relay/redis_connection.hpp"

#include <boost/asio/error.hpp>

#include <cassert>

namespace tickertape::relay {

using boost::system::error_code;
namespace asio = boost::asio;

sentinels::sentinels(const redis_dialing& with) : with_{with}
{
    assert(with.address.has_sentinels());
    for (const auto& host : with.address.hosts)
        dialers_.push_back(make_dialer(with, host));
}

asio::awaitable<error_code> sentinels::find_master(redis_host& found)
{
    error_code worst = relay_errc::unreachable;
    for (std::size_t i = 0; i < dialers_.size(); ++i) {
        if (co_await net::is_cancelled())
            co_return asio::error::operation_aborted;
        auto& asked = *dialers_[first_];
        const auto ec = co_await net::with_timeout(
            with_.limits.sentinel, relay_errc::too_slow, ask(asked, found));
        if (!ec || ec == asio::error::operation_aborted)
            co_return ec;
        // Changed at once: where our caller has no time left, the next call begins elsewhere.
        first_ = (first_ + 1) % dialers_.size();
        if (ec == relay_errc::refused)
            worst = ec;
    }
    co_return worst;
}

asio::awaitable<error_code> sentinels::ask(net::dialer& sentinel, redis_host& found)
{
    std::unique_ptr<net::byte_stream> stream;
    if (const auto ec = co_await open_in_turn(with_, sentinel, stream))
        co_return ec;
    const auto& login = with_.address.sentinel_login;
    std::vector<command> questions;
    if (!login.password.empty() && login.user.empty())
        questions.push_back({"AUTH", login.password});
    else if (!login.password.empty())
        questions.push_back({"AUTH", login.user, login.password});
    questions.push_back({"SENTINEL", "GET-MASTER-ADDR-BY-NAME", with_.address.master});
    redis_connection connection{std::move(stream), with_.limits.replies};
    std::vector<reply> replies;
    if (const auto ec = co_await connection.ask(questions, replies, with_.limits.sentinel))
        co_return ec;
    for (const auto& r : replies) {
        if (r.is == reply::kind::error)
            co_return relay_errc::refused;
    }
    auto master = read_master(replies.back());
    if (!master)
        co_return master.error();
    found = std::move(*master);
    co_return error_code{};
}

}  // namespace tickertape::relay
