// What can go wrong between us and the log that the instances share.
#pragma once

#include <boost/system/error_category.hpp>
#include <boost/system/error_code.hpp>

namespace tickertape::relay {

enum class relay_errc {
    unreachable = 1,   // no connection, or it was lost
    too_slow,          // no answer in time
    refused,           // the server does not let us do that: a password, a user, a right
    bad_answer,        // what came back is not what the protocol says
    bad_entry,         // the words of an entry are none that we know
    no_slot,           // all slots of leaders are taken
    address_scheme,    // the address begins as none that we know
    address_login,     // its user and password are not user:password or :password
    address_host,      // a host or port is none, or there are too many
    address_master,    // Sentinels are given, and not the name of the master
    address_database,  // its database is no number
    address_option,    // it ends in something that we do not know
    address_path,      // the address of a stream does not end in /prices/stream
};

const boost::system::error_category& relay_category() noexcept;
boost::system::error_code make_error_code(relay_errc e) noexcept;

}  // namespace tickertape::relay

template <>
struct boost::system::is_error_code_enum<tickertape::relay::relay_errc> : std::true_type {
};
