#include "relay/settings.hpp"

#include "relay/redis_log.hpp"

namespace tickertape::relay {

// Here, because g++ 12 takes the text for uninitialized where it is made in place.
settings::settings() : name{"tickertape"} {}

redis_log_settings::redis_log_settings() = default;
redis_log_settings::~redis_log_settings() = default;
redis_log_settings::redis_log_settings(const redis_log_settings&) = default;
redis_log_settings::redis_log_settings(redis_log_settings&&) noexcept = default;
redis_log_settings& redis_log_settings::operator=(const redis_log_settings&) = default;
redis_log_settings& redis_log_settings::operator=(redis_log_settings&&) noexcept = default;

}  // namespace tickertape::relay
