#include "cluster.hpp"
#include "core/random.hpp"
#include "relay/redis_log.hpp"

#include <stdexcept>
#include <utility>

namespace tickertape {
namespace {

relay::redis_log_settings settings_of(const relay::settings& s, const std::string& kind)
{
    const auto address = relay::parse_redis_address(s.address);
    if (!address)
        throw std::runtime_error{"RELAY: " + address.error().message()};
    relay::redis_log_settings wanted;
    wanted.address = *address;
    // Who holds what a Redis has forgotten puts it back within a second (instance::heal_wait).
    wanted.limits.again.most = std::chrono::milliseconds{500};
    wanted.name = s.name;
    wanted.kind = kind;
    wanted.entries_max = s.entries_max;
    return wanted;
}

}  // namespace

std::string words_of_log(const relay::settings& s)
{
    const auto address = relay::parse_redis_address(s.address);
    if (!address)
        throw std::runtime_error{"RELAY: " + address.error().message()};
    // Instances may be given different Sentinels of the same servers.
    if (address->has_sentinels())
        return s.name + " of the Redis " + address->master + '/' +
               std::to_string(address->database);
    return s.name + " at " + relay::text_of(address->hosts.front()) + '/' +
           std::to_string(address->database);
}

std::unique_ptr<relay::shared_log> open_shared_log(
    const relay::settings& s, const std::string& kind, boost::asio::io_context& main,
    boost::asio::ssl::context& trust, const telemetry::logger& log)
{
    return std::make_unique<relay::redis_log>(
        main.get_executor(), settings_of(s, kind), trust, log, make_random());
}

std::unique_ptr<relay::redis_texts> open_shared_texts(
    const relay::settings& s, const std::string& kind, boost::asio::any_io_executor executor,
    boost::asio::ssl::context& trust, const telemetry::logger& log)
{
    return std::make_unique<relay::redis_texts>(
        std::move(executor), settings_of(s, kind), trust, log, make_random());
}

}  // namespace tickertape
