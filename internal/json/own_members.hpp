// Reads objects that this program wrote itself, in an earlier life or on another machine. Nothing
// of them is guessed: a member that is missing, of another type or out of its range spoils all of
// it.
//
// No I/O. Threads: one.
#pragma once

#include "core/clock.hpp"
#include "core/fetch_error.hpp"

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tickertape::json {

// Such an object as a text: {"kept":"news","version":1,...}. Errors: those of json::reader;
// json_errc::wrong_type where it is of something else or of another version.
fetched<boost::json::value>
read_own(std::string_view text, std::string_view kept, std::int64_t version);

class own_members {
public:
    // `of` outlives it. Null, or no object: spoilt.
    explicit own_members(const boost::json::value* of) noexcept;
    // A member of `within` that is an object.
    own_members(const own_members& within, std::string_view name) noexcept;

    std::string text(std::string_view name, std::size_t bytes_max);
    std::int64_t integer(std::string_view name, std::int64_t least, std::int64_t most);
    bool boolean(std::string_view name);
    // Finite.
    double real(std::string_view name);
    std::optional<double> real_if_any(std::string_view name);
    // Milliseconds since 1970; up to the year 2500.
    wall_time time(std::string_view name);
    std::optional<wall_time> time_if_any(std::string_view name);
    // At most `most` elements; empty where it is spoilt.
    const boost::json::array& list(std::string_view name, std::size_t most);
    // Null: it is not there, or null.
    const boost::json::value* at(std::string_view name) const noexcept;

    // The name of the first member that was wrong.
    bool is_spoilt() const noexcept { return is_spoilt_; }
    void spoil(std::string_view name);
    // To be asked where is_spoilt().
    fetch_error why() const;

private:
    const boost::json::value* of_;
    bool is_spoilt_ = false;
    std::string name_;
};

}  // namespace tickertape::json
