// What the replies of Redis mean to the log. No I/O.
//
// Threads: any.
#pragma once

#include "core/errors.hpp"
#include "relay/redis_address.hpp"
#include "relay/resp.hpp"
#include "relay/shared_log.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tickertape::relay {

// What an error reply means. The words behind its first one are dropped: Redis repeats arguments in
// them, and those of AUTH are a password.
struct refusal {
    boost::system::error_code code;  // none: the reply is no error
    bool is_to_leave = false;        // another server may be the master now: connect anew
    std::string word{};              // "READONLY", "NOPERM"

    bool is_no_script() const noexcept { return word == "NOSCRIPT"; }
};
// Errors: relay_errc::unreachable (it is no master now, or cannot be one yet), ::too_slow (it is
// busy), ::refused (we may not, or it may not write), ::bad_answer (anything else).
refusal meaning_of(const reply& r);

// The entries of the stream that came, ascending if they were read, descending if they were read
// back.
struct stream_part {
    std::vector<entry> entries;
    std::string last;    // id that came last, also of something else than an entry of ours
    std::size_t others;  // ids that somebody else has put there: they have not our two fields
};

// Errors of all: what meaning_of() says of an error reply; relay_errc::bad_answer.
result<stream_part> read_xread(const reply& r);  // with one stream
result<stream_part> read_range(const reply& r);  // of XRANGE and XREVRANGE
result<log_state> read_state(const reply& r, std::string_view run_id);
result<append_answer> read_append(const reply& r);
result<lease_answer> read_lease(const reply& r, std::string_view token, std::string_view run_id);
result<std::vector<announced>> read_live(const reply& r);
// Of SENTINEL GET-MASTER-ADDR-BY-NAME. Errors also: relay_errc::unreachable, of a Sentinel that
// does not know the name.
result<redis_host> read_master(const reply& r);

// The server at the other end of a connection, of INFO.
struct server_words {
    std::string run_id;  // empty: it was not in there
    std::string role;
    std::string eviction;  // what it does when its memory is full: "noeviction"
};
result<server_words> read_server(const reply& r);

}  // namespace tickertape::relay
