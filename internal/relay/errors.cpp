#include "relay/errors.hpp"

#include "core/enum_category.hpp"

#include <string>

namespace tickertape::relay {
namespace {

std::string text(relay_errc e)
{
    switch (e) {
    case relay_errc::unreachable:
        return "the relay cannot be reached";
    case relay_errc::too_slow:
        return "the relay does not answer in time";
    case relay_errc::refused:
        return "the relay refuses what was asked";
    case relay_errc::bad_answer:
        return "the relay answers something else than its protocol says";
    case relay_errc::bad_entry:
        return "an entry of the relay cannot be read";
    case relay_errc::no_slot:
        return "all slots of leaders are taken";
    case relay_errc::address_scheme:
        return "must begin with redis://, rediss://, redis+sentinel:// or rediss+sentinel://";
    case relay_errc::address_login:
        return "before the @ must be user:password, or :password";
    case relay_errc::address_host:
        return "a host or a port in it is none, or there are too many";
    case relay_errc::address_master:
        return "the name of the master must follow the Sentinels: redis+sentinel://host,host/name";
    case relay_errc::address_database:
        return "the database must be a number, 0 to 65535";
    case relay_errc::address_option:
        return "ends in an option that is unknown";
    case relay_errc::address_path:
        return "the address of a stream of prices ends in /prices/stream";
    }
    return "unknown error";
}

}  // namespace

const boost::system::error_category& relay_category() noexcept
{
    static const enum_category<relay_errc> instance{"tickertape.relay", text};
    return instance;
}

boost::system::error_code make_error_code(relay_errc e) noexcept
{
    return {static_cast<int>(e), relay_category()};
}

}  // namespace tickertape::relay
